import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '@nooble/models';
import { quantile, stopsIn, type Stop } from '../checks/stops.ts';
import { WordThief } from '../faults/word-thief.ts';
import { TREE_LEVELS, TREE_SIZE, TREE_TENANT } from '../load/tree-actions.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import type { Guarantee } from './guarantee.ts';
import type { Report } from './report.ts';

const LEASE_MS = 3_000;
/** Maximum time until the signal of 99 % of the actions aborts (ms), in addition to the round trips of a busy machine. */
const P99_MS = 100;
/** Number of steps from a cancellation to the last level that wait for Redis or for another process. */
const STEPS = 4 * TREE_LEVELS.length;
/** Interval at which round trips are measured (ms). */
const PROBE_MS = 20;
/** Maximum time until every signal aborts (ms): a renewal per level, and some more for a busy machine. */
const LATEST_MS = (TREE_LEVELS.length * LEASE_MS) / 3 + 2_000;
/** Time limit for a tree to run (ms). */
const TIMEOUT_MS = 10_000;
/** Trees that run at once: one while times are measured. */
const TREES = { measured: 1, disturbed: 3 };
const WORKERS = 2;
const CALLERS = 2;
const MIN = { stops: 50, taken: 3, killed: 2 };

/** Counts of a trial. */
interface Seen {
  readonly stops: readonly Stop[];
  /** The time of 99 % of the round trips to Redis meanwhile (ms). */
  readonly tripMs: number;
  readonly taken: number;
  readonly killed: number;
}

export const cancellation: Guarantee = {
  id: 'P9',
  text: 'A cancellation, a gone caller and a deadline abort running actions in other processes, and all that they have sent: 99 % within 100 ms, and by the next renewal if words are lost',
  async run(trial) {
    const half = { ...trial, seconds: trial.seconds / 2 };
    const prompt = await inGroup(half, async (group) => {
      const { trips, stop } = probe(group);
      await cancelTrees(group, half, TREES.measured);
      await stop();
      return { ...(await seenBy(group)), tripMs: quantile(trips, 0.99) };
    });
    if (latest(prompt) > LATEST_MS) return judge(prompt, prompt);
    return judge(prompt, await inGroup(half, async (group) => disturb(group, half)));
  },
};

async function inGroup(trial: Trial, act: (group: ProcessGroup) => Promise<Seen>): Promise<Seen> {
  const group = await ProcessGroup.open(trial, LEASE_MS);
  try {
    for (let count = 0; count < WORKERS; count += 1)
      group.start('tree-worker', { concurrency: 64 });
    return await act(group);
  } finally {
    await group.close();
  }
}

/** Cancels trees that run, one after another. */
async function cancelTrees(group: ProcessGroup, trial: Trial, trees: number): Promise<void> {
  const end = performance.now() + trial.seconds * 1_000;
  const isOver = (): boolean => trial.signal.aborted || performance.now() > end;
  const work = async (): Promise<void> => {
    do await cancelOne(group);
    while (!isOver() || (!trial.signal.aborted && stopsOf(group).length < MIN.stops));
  };
  await Promise.all(Array.from({ length: trees }, work));
}

/** Measures how long round trips take on this machine. */
function probe({ queues }: ProcessGroup) {
  const trips: number[] = [];
  const over = new AbortController();
  const probing = (async () => {
    while (!over.signal.aborted) {
      const since = performance.now();
      await queues.redis.command().ping();
      trips.push(performance.now() - since);
      await wait(PROBE_MS);
    }
  })();
  const stop = async (): Promise<void> => {
    over.abort();
    await probing;
  };
  return { trips, stop };
}

/** Cancels trees, takes words from the workers, and kills callers whose trees run. */
async function disturb(group: ProcessGroup, trial: Trial): Promise<Seen> {
  const { target, prefix, random, signal } = trial;
  const thief = new WordThief({ url: target.url, prefix });
  thief.start(TREE_LEVELS.map(({ domain }) => domain));
  for (let count = 0; count < CALLERS; count += 1) group.start('tree-caller');
  let killed = 0;
  const stop = new AbortController();
  const killing = (async () => {
    while (!stop.signal.aborted && !signal.aborted) {
      await wait(400 + random.below(400));
      const [victim] = group.of('tree-caller');
      if (victim) await group.replace(victim);
      killed += 1;
    }
  })();
  try {
    await cancelTrees(group, trial, TREES.disturbed);
    await until(() => (killed >= MIN.killed && thief.taken >= MIN.taken) || undefined, TIMEOUT_MS);
  } finally {
    stop.abort();
    await killing;
    await Promise.all(group.of('tree-caller').map(async (caller) => group.kill(caller)));
    await thief.stop();
  }
  return { ...(await seenBy(group)), taken: thief.taken, killed };
}

async function cancelOne(group: ProcessGroup): Promise<void> {
  const tree = newId();
  const receipt = await group.queues.tenant(TREE_TENANT).enqueue(TREE_LEVELS[0], { tree });
  const begun = (): number =>
    group.history().filter((line) => line.event === 'begun' && line.tree === tree).length;
  await until(() => begun() === TREE_SIZE || undefined, TIMEOUT_MS);
  group.journal.write({ event: 'stopping', tree, due: Date.now() });
  await group.queues.cancel(receipt);
}

/** Waits until every action that has to stop was aborted, or is too late. */
async function seenBy(group: ProcessGroup): Promise<Seen> {
  const isOpen = ({ tookMs, passedMs }: Stop): boolean =>
    tookMs === Infinity && passedMs <= LATEST_MS;
  await until(() => !stopsOf(group).some(isOpen) || undefined, LATEST_MS + TIMEOUT_MS);
  return { stops: stopsOf(group), tripMs: 0, taken: 0, killed: 0 };
}

function stopsOf(group: ProcessGroup): Stop[] {
  return stopsIn(group.history(), Date.now());
}

function latest({ stops }: Seen): number {
  return Math.max(0, ...stops.map(({ tookMs }) => tookMs));
}

function judge(prompt: Seen, disturbed: Seen): Report {
  const times = prompt.stops.map(({ tookMs }) => tookMs);
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  const all = [...prompt.stops, ...(disturbed === prompt ? [] : disturbed.stops)];
  const late = all.filter(({ tookMs }) => tookMs > LATEST_MS).length;
  const { taken, killed } = disturbed;
  const isTested = times.length >= MIN.stops && taken >= MIN.taken && killed >= MIN.killed;
  const tripMs = Math.ceil(prompt.tripMs);
  const isPrompt = p99 <= P99_MS + STEPS * tripMs;
  return {
    held: isTested && isPrompt && late === 0,
    tried: `${all.length} running actions in ${TREE_LEVELS.length} domains stopped, ${taken} words lost, ${killed} callers killed, lease ${LEASE_MS} ms`,
    worst: `p50 ${p50} ms, p99 ${p99} ms with round trips of up to ${tripMs} ms, ${late} not stopped within ${LATEST_MS} ms; without the others at most ${latest(disturbed)} ms`,
  };
}
