import { setTimeout as wait } from 'node:timers/promises';
import { idled } from '../checks/idleness.ts';
import type { Line } from '../journal/journal.ts';
import { FAULTY_TENANTS } from '../load/faulty-tenants.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import type { Shard } from '../target/target.ts';
import { outlastShard, startRequests, type ShardAway } from './away-shard.ts';
import { isUp } from '../scenario/recorded.ts';

/** Reported if each shard holds keys of a queue, as with partitions. */
const NO_EMPTY_SHARD = 'no shard taken away, because each of them holds keys of a queue';
const QUIET = 'quiet';
/** Enough that slots are free nearly all the time. */
const SLOTS = 16;
const REST_MS = { quiet: 400, faulty: 100 };
/** Minimum number of actions of each faulty tenant, and of the quiet one. */
const MIN_ACTIONS = 20;
/** Shorter than the pause of a worker after several failed calls in a row (ms). */
const PROMPT_MS = 750;
const TIMEOUT_MS = 30_000;
const LEASE_MS = 5_000;

/** Result for a tenant whose neighbours cannot be served. */
interface Neighbours {
  readonly held: boolean;
  /** Counts, or the part that was not tested. */
  readonly summary: string;
}

/**
 * Runs one worker and a tenant that sends little, next to results, inboxes and directory entries that cannot be used. On
 * a Cluster a shard that holds only inboxes goes away as well.
 */
export async function tryNeighbours(trial: Trial): Promise<Neighbours> {
  const group = await ProcessGroup.open(trial, LEASE_MS);
  try {
    const worker = group.start('worker', { concurrency: SLOTS });
    group.start('caller');
    await until(() => isUp(group, worker) || undefined, TIMEOUT_MS);
    group.start('producer', {
      shares: [{ tenant: QUIET }],
      restMs: REST_MS.quiet,
      takes: 'instant',
    });
    await until(
      () => group.history().some(({ event }) => event === 'notified') || undefined,
      TIMEOUT_MS,
    );
    // Each domain has created its keys, so an empty shard holds no queue.
    const { emptyShard } = trial.target;
    const shard = await emptyShard?.();
    const seen = await runNeighbours(group, shard);
    await wait((trial.seconds * 1_000) / 4);
    const { held, summary } = judge(group.history(), seen);
    const isLeftOut = emptyShard !== undefined && shard === undefined;
    return { held, summary: isLeftOut ? `${summary}, ${NO_EMPTY_SHARD}` : summary };
  } finally {
    await group.close();
  }
}

/** Time since which all neighbours were running (Unix ms), and the results of requests into the shard. */
interface Observation {
  readonly since: number;
  readonly shard: ShardAway | undefined;
}

/** Starts the neighbours. Resolves once the quiet tenant has run enough actions next to each, or was delayed. */
async function runNeighbours(group: ProcessGroup, shard: Shard | undefined): Promise<Observation> {
  const isLate = (): boolean => lateIn(group.history()) > 0;
  group.start('faulty-sender', { restMs: REST_MS.faulty });
  if (shard) await startRequests(group, shard);
  await until(() => isLate() || untestedOf(group.history()) === undefined || undefined, TIMEOUT_MS);
  const since = Date.now();
  const away = shard && (await outlastShard(group, shard, isLate));
  const isEnough = (): boolean => begunOf(group.history(), since) >= MIN_ACTIONS;
  await until(() => isLate() || isEnough() || undefined, TIMEOUT_MS);
  return { since, shard: away };
}

function judge(history: readonly Line[], { since, shard }: Observation): Neighbours {
  const late = lateIn(history);
  const begun = begunOf(history, since);
  const shardSummary = shard ? `, ${summaryOf(shard)}` : '';
  const summary = `${late} late of ${begun} actions of a neighbour${shardSummary}`;
  // A late action is a violation, even if too little was tested.
  if (late > 0 || (shard && shard.late + shard.open > 0)) return { held: false, summary };
  const tooFew =
    begun < MIN_ACTIONS ? `fewer than ${MIN_ACTIONS} actions of a neighbour` : undefined;
  const untested = tooFew ?? untestedOf(history);
  const missing =
    shard?.isTested === false ? 'too few requests into a shard that is away' : untested;
  return missing === undefined
    ? { held: true, summary }
    : { held: false, summary: `not tested: ${missing}` };
}

function summaryOf({ answered, failed, open, late }: ShardAway): string {
  return `${answered} requests into a shard that was away were answered, ${failed} failed and ${open} did not end, ${late} through another shard were late`;
}

/** Ignores the faulty tenants: they may wait, and their handlers return immediately, so that they occupy no slot. */
function lateIn(history: readonly Line[]): number {
  return idled(withoutFaultyTenants(history), SLOTS, PROMPT_MS).length;
}

function withoutFaultyTenants(history: readonly Line[]): Line[] {
  const names: readonly string[] = Object.values(FAULTY_TENANTS);
  const theirs = new Set(
    history.flatMap((line) =>
      'tenant' in line && 'id' in line && names.includes(line.tenant) ? [line.id] : [],
    ),
  );
  return history.filter((line) => !('id' in line && theirs.has(line.id)));
}

function untestedOf(history: readonly Line[]): string | undefined {
  const name = Object.values(FAULTY_TENANTS).find((tenant) => {
    const sent = history.filter(
      (line) => (line.event === 'refused' || line.event === 'started') && line.tenant === tenant,
    );
    return sent.length < MIN_ACTIONS;
  });
  return name && `fewer than ${MIN_ACTIONS} actions of ${name}`;
}

/** Counts actions of the quiet tenant that started since a time (Unix ms). */
function begunOf(history: readonly Line[], since: number): number {
  return history.filter(
    (line) => line.event === 'started' && line.tenant === QUIET && line.at >= since,
  ).length;
}
