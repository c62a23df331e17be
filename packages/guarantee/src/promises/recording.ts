import { setTimeout as wait } from 'node:timers/promises';
import { connect, migrate } from '@nooble/persistence';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@nooble/persistence/embedded';
import { DomainQueueManager } from '@nooble/queue';
import { misrecorded, type StoredEnding } from '../checks/recorded-endings.ts';
import { LONG_RUN_SECONDS, USUAL_LIMIT_MS, type Fault } from '../faults/fault.ts';
import type { Line } from '../journal/journal.ts';
import { WORK_DOMAIN } from '../load/actions.ts';
import { runUnderFaults } from '../scenario/run-under-faults.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import { faultsThatKeepWrites } from '../target/target.ts';
import type { Guarantee } from './guarantee.ts';
import type { Report } from './report.ts';

/** Maximum time for a recorder to store what is left at the end (ms). */
const CATCH_UP_MS = 30_000;
const PAGE = 1_000;

export const recording: Guarantee = {
  id: 'P13',
  text: 'Every ending is in PostgreSQL exactly once, although recorders, PostgreSQL and Redis are killed',
  async run(trial) {
    // It must not lose what it has committed when it is killed.
    const postgres = await startEmbeddedPostgres({ durable: true });
    const queues = new DomainQueueManager({ redis: trial.target.url, prefix: trial.prefix });
    try {
      await migrate({ url: postgres.url });
      await queues.setHistory(WORK_DOMAIN, {});
      return await tryToLose(trial, { postgres, queues });
    } finally {
      await queues.close();
      await postgres.stop();
    }
  },
};

interface Servers {
  readonly postgres: EmbeddedPostgres;
  readonly queues: DomainQueueManager;
}

async function tryToLose(trial: Trial, { postgres, queues }: Servers): Promise<Report> {
  const recorder = ['recorder', { postgres: postgres.url }] as const;
  const run = await runUnderFaults(trial, {
    leaseMs: 1_000,
    kills: ['recorder', 'recorder', 'worker'],
    freezes: ['recorder'],
    faults: [killed(postgres), ...faultsOfRedis(trial)],
    besides: [recorder, recorder],
    isEnough: (lines) => untestedIn(lines) === undefined,
  });
  const persistence = connect({ url: postgres.url, onWarning: () => undefined });
  try {
    const left = await recordRest(queues, persistence);
    const { endings, used } = await readAll(persistence, run.history);
    return reportOn(run.history, { endings, used, left });
  } finally {
    await persistence.close();
  }
}

type Persistence = ReturnType<typeof connect>;

/** A short run has one, because each is tested by P1. */
function faultsOfRedis({ target, seconds, random }: Trial): readonly Fault[] {
  if (seconds >= LONG_RUN_SECONDS) return faultsThatKeepWrites(target);
  return target.faults.length === 0 ? [] : [random.pick(target.faults)];
}

function killed(postgres: EmbeddedPostgres): Fault {
  return {
    name: 'PostgreSQL killed',
    limitMs: USUAL_LIMIT_MS,
    async inject() {
      await postgres.kill();
      await wait(300);
      await postgres.restart();
    },
  };
}

/** Returns the number of endings that are not recorded in time. */
async function recordRest(queues: DomainQueueManager, persistence: Persistence): Promise<number> {
  const rest = { queues, domains: [WORK_DOMAIN], pollMs: 20, patienceMs: 1_000 };
  const recorder = persistence.recorder({ ...rest, onError: () => undefined });
  recorder.start();
  const backlog = async (): Promise<number> =>
    (await queues.stats(WORK_DOMAIN)).history?.entries ?? 0;
  await until(async () => ((await backlog()) === 0 ? true : undefined), CATCH_UP_MS);
  await recorder.stop();
  return backlog();
}

/** Returns all endings, and their number according to the usage of the days of the run. */
async function readAll({ history, usage }: Persistence, lines: readonly Line[]) {
  const endings: StoredEnding[] = [];
  let cursor: string | undefined;
  do {
    const page = await history.search({ limit: PAGE, ...(cursor !== undefined && { cursor }) });
    endings.push(...page.endings.map(({ actionId: id, ending }) => ({ id, ending })));
    cursor = page.cursor;
  } while (cursor !== undefined);
  const [first = Date.now(), last = Date.now()] = [lines[0]?.at, lines.at(-1)?.at];
  const [from, to] = [first, last + CATCH_UP_MS].map((ms) =>
    new Date(ms).toISOString().slice(0, 10),
  );
  const days = await usage.daily({ from: from ?? '', ...(to !== undefined && { to }) });
  const used = days.reduce(
    (sum, { done, dead, expired, cancelled }) => sum + done + dead + expired + cancelled,
    0,
  );
  return { endings, used };
}

function reportOn(
  lines: readonly Line[],
  { endings, used, left }: { endings: readonly StoredEnding[]; used: number; left: number },
): Report {
  const { missing, twice, wrong } = misrecorded(lines, endings);
  const count = (event: string): number => lines.filter((line) => line.event === event).length;
  const tried = `${endings.length} endings, ${count('killed')} processes killed, ${count('stopped')} frozen, ${count('fault')} faults of servers`;
  const untested = untestedIn(lines);
  if (untested !== undefined) return { held: false, tried, worst: `not tested: ${untested}` };
  const isExact =
    missing.length + twice.length + wrong.length + left === 0 && used === endings.length;
  const usage = used === endings.length ? '' : `, usage counts ${used}`;
  return {
    held: isExact,
    tried,
    worst: `${missing.length} missing, ${twice.length} twice, ${wrong.length} wrong, ${left} not recorded${usage}`,
  };
}

function untestedIn(lines: readonly Line[]): string | undefined {
  const recorders = new Set(lines.flatMap((line) => (line.event === 'recorded' ? [line.pid] : [])));
  const killedOnes = lines.filter((line) => line.event === 'killed' && recorders.has(line.victim));
  if (killedOnes.length === 0) return 'no recorder was killed';
  const isAfterFault = lines.some(({ event }) => event === 'over');
  return isAfterFault ? undefined : 'no server was killed';
}
