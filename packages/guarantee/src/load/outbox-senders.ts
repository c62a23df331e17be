import { connect, migrate } from '@nooble/persistence';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@nooble/persistence/embedded';
import { newId } from '@nooble/models';
import type { DomainQueueManager } from '@nooble/queue';
import { Client } from 'pg';
import { work } from './actions.ts';
import { INSTANT_WORK } from './random-work.ts';
import type { Random } from '../schedule/random.ts';
import { until } from '../schedule/until.ts';

/** Time for PostgreSQL to be back after it was killed (ms). */
const BACK_MS = 30_000;

/** A PostgreSQL in which a table records the actions of committed transactions. */
export async function openSentActions(): Promise<EmbeddedPostgres> {
  // A commit that is acknowledged must survive `kill -9` of the server.
  const postgres = await startEmbeddedPostgres({ settings: { synchronous_commit: 'on' } });
  await migrate({ url: postgres.url });
  const client = await connected(postgres.url);
  await client.query('CREATE TABLE sent (id text PRIMARY KEY)');
  await client.end();
  return postgres;
}

/** Returns the actions whose transactions were committed. */
export async function committedIn(url: string): Promise<ReadonlySet<string>> {
  const client = await connected(url);
  const { rows } = await client.query<{ id: string }>('SELECT id FROM sent');
  await client.end();
  return new Set(rows.map(({ id }) => id));
}

export interface Sending {
  readonly url: string;
  readonly queues: DomainQueueManager;
  readonly random: Random;
  readonly isOver: () => boolean;
  /** Called after each transaction that ended as it should. */
  readonly onEnd: (by: 'COMMIT' | 'ROLLBACK') => void;
}

/** Sends actions in transactions, one after the other, and rolls a third of them back. Returns the ids of all. */
export async function sendInTransactions({
  url,
  queues,
  random,
  isOver,
  onEnd,
}: Sending): Promise<string[]> {
  const ids: string[] = [];
  const persistence = connect({ url });
  const outbox = persistence.outbox({ queues });
  let client = await connected(url);
  while (!isOver()) {
    const id = newId();
    ids.push(id);
    const end = random.below(3) === 0 ? 'ROLLBACK' : 'COMMIT';
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO sent (id) VALUES ($1)', [id]);
      const fields = { actionId: id, tenantId: 'buyer', tenantTier: 'free' } as const;
      await outbox.enqueueIn(client, work.create({ ...fields, data: INSTANT_WORK.data }));
      await client.query(end);
      onEnd(end);
    } catch {
      // The table shows later if it was committed.
      await client.end().catch(() => undefined);
      client = (await until(async () => connected(url), BACK_MS)) ?? client;
    }
  }
  await client.end().catch(() => undefined);
  await persistence.close();
  return ids;
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
