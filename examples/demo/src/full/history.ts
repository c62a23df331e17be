import { setTimeout as wait } from 'node:timers/promises';
import { TIERS } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { migratePassages } from '@nooble-examples/query-service/passage-schema';
import { generateAnswer, generateEmbeddings } from '@nooble-examples/contracts';
import { connect, migrate, type Persistence } from '@nooble/persistence';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@nooble/persistence/embedded';
import { withDeadline } from '../deadline.ts';
import type { Screen } from '../screen.ts';
import { DOMAIN } from '../stage.ts';
import { NEWCOMER, TENANTS } from '../tenants.ts';
import { sendersOf } from './flood-actions.ts';

/** Those of the services, and that of the demo itself. */
const DOMAINS = [generateAnswer.domain, generateEmbeddings.domain, DOMAIN];

/** Services refuse the actions of any other tenant. */
const EVERY_TENANT = [...Object.values(TENANTS), NEWCOMER, ...sendersOf(false)];
/** A service that was killed may have received endings that it did not store: after this time they are handed out again (ms). */
const PATIENCE_MS = 5_000;
const BACKLOG_MS = 30_000;
const LOOK_MS = 50;

/** The Redis and the keys of the run. */
export interface KeysOfRun {
  readonly redis: string;
  readonly prefix: string;
}

/** A PostgreSQL with the tenants of the demo, and a recorder that stores the endings of all domains in it. */
export interface DemoHistory {
  readonly persistence: Persistence;
  /** With its password. */
  readonly url: URL;
  /** Resolves when no ending waits to be stored. */
  recorded(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL. Where that fails it says why, and returns undefined: the demo goes on without. */
export async function openHistory(
  screen: Screen,
  keys: KeysOfRun,
): Promise<DemoHistory | undefined> {
  let postgres: EmbeddedPostgres | undefined;
  try {
    const onProgress = (line: string): void => screen.faint(line);
    postgres = await startEmbeddedPostgres({ onProgress });
    const history = await recordInto(postgres, keys);
    screen.field('PostgreSQL', postgres.description);
    screen.faint(`           ${redacted(history.url)}`);
    return history;
  } catch (error) {
    screen.field('PostgreSQL', (error as Error).message);
    screen.field('', 'The demo continues without history and usage.');
    await postgres?.stop();
    return undefined;
  }
}

async function recordInto(postgres: EmbeddedPostgres, keys: KeysOfRun): Promise<DemoHistory> {
  const { url } = postgres;
  await migrate({ url });
  await migratePassages(url);
  const persistence = connect({ url });
  // Of its own: that of the stage is closed earlier.
  const queues = new DomainQueueManager(keys);
  const recorder = persistence.recorder({
    queues,
    domains: DOMAINS,
    pollMs: 100,
    patienceMs: PATIENCE_MS,
  });
  const stop = async (): Promise<void> => {
    await recorder.stop();
    await persistence.close();
    await queues.close();
    await postgres.stop();
  };
  try {
    await registerTenants(persistence);
    for (const domain of DOMAINS) await queues.setHistory(domain, {});
    recorder.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const backlog = async (): Promise<number> => {
    const all = await Promise.all(DOMAINS.map(async (domain) => queues.stats(domain)));
    return all.reduce((sum, { history }) => sum + (history?.entries ?? 0), 0);
  };
  const recorded = async (): Promise<void> =>
    withDeadline({ waitingFor: 'the recorder', ms: BACKLOG_MS }, async () => {
      while ((await backlog()) > 0) await wait(LOOK_MS);
    });
  return { persistence, url: new URL(url), recorded, stop };
}

/** Every tier is a plan. */
async function registerTenants({ tenants }: Persistence): Promise<void> {
  for (const tier of TIERS) await tenants.putPlan({ name: tier, tier });
  for (const { tenantId, tenantTier: plan } of EVERY_TENANT) await tenants.put({ tenantId, plan });
}

function redacted(url: URL): string {
  const shown = new URL(url);
  shown.password = '***';
  return shown.href;
}
