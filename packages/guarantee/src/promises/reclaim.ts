import { setTimeout as wait } from 'node:timers/promises';
import { reclaims } from '../checks/reclaims.ts';
import { takenOver } from '../checks/taken-over.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import type { Guarantee } from './guarantee.ts';
import { MIN_HELD, outlast } from './outage.ts';
import type { Report } from './report.ts';
import { busyIn } from '../scenario/recorded.ts';

const LEASE_MS = 2_000;
/** Time that the promise allows in addition to the lease (ms). */
const GRACE_MS = 5_000;
/**
 * Time limit until every action of the killed workers runs again or has ended (ms). Longer than the promise allows: an action
 * that was settled at the moment of the kill is not recorded as such, and another worker delivers its callback after 10 s.
 */
const OVER_MS = 14_000;
/** Time limit for a worker to hold an action (ms). */
const TIMEOUT_MS = 12_000;
/** Maximum duration of an episode (s): a longer history would be slow to read. */
const EPISODE_S = 30;
/** Maximum number of episodes of a short run. On a busy machine every holder of an episode may be late by itself. */
const MAX_TRIED = 3;
const WORKERS = 5;
/** Maximum number of workers killed at once: the others have free slots for their actions. */
const MAX_VICTIMS = 3;
const MIN_KILLS = 4;
/** Minimum number of actions that killed workers held. */
const MIN_ORPHANED = 4;
/** Few, long actions: workers always have free slots and hold actions most of the time. */
const LIGHT_LOAD = { restMs: 600, takes: 'long' } as const;

export const reclaim: Guarantee = {
  id: 'P2',
  text: 'The actions of a dead worker run again within their lease + 5 s, and a living worker keeps its actions',
  async run(trial) {
    const end = performance.now() + trial.seconds * 1_000;
    const total = { kills: 0, reclaimed: 0, worst: 0, stranded: 0, held: 0, taken: 0 };
    const lacksHolders = (tried: number): boolean =>
      total.held < MIN_HELD && total.stranded === 0 && tried < MAX_TRIED;
    for (let tried = 0; performance.now() < end || lacksHolders(tried); tried += 1) {
      const left = Math.max(0, end - performance.now()) / 1_000;
      const seen = await episode({ ...trial, seconds: Math.min(left, EPISODE_S) });
      total.kills += seen.kills;
      total.reclaimed += seen.times.length;
      total.worst = Math.max(total.worst, ...seen.times);
      total.stranded += seen.stranded.length;
      total.held += seen.held;
      total.taken += seen.taken.length;
    }
    return judge(total);
  },
};

const NOTHING_HELD = { held: 0, taken: [] } as const;

/** Kills workers, then makes Redis unreachable. */
async function episode(trial: Trial) {
  const group = await ProcessGroup.open(trial, LEASE_MS);
  try {
    for (const name of ['producer', 'producer', 'caller'] as const) group.start(name, LIGHT_LOAD);
    for (let count = 0; count < WORKERS; count += 1) group.start('worker');
    const kills = await killSome(group, trial);
    const seen = reclaims(group.history());
    // The promise is already broken.
    if (seen.stranded.length > 0) return { kills, ...seen, ...NOTHING_HELD };
    const outage = await outlast(group, trial, LEASE_MS);
    const { held, taken } = outage ? takenOver(group.history(), outage) : NOTHING_HELD;
    return { kills, ...seen, held, taken };
  } finally {
    await group.close();
  }
}

/** Waits after each kill until every action runs again: a victim that had just taken one over would add a second lease. */
async function killSome(group: ProcessGroup, { random, seconds }: Trial): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let kills = 0;
  while (kills < MIN_KILLS || orphaned(group) < MIN_ORPHANED || performance.now() < end) {
    await wait(random.below(300));
    const victims = await until(() => someOf(busyIn(group, 'worker')), TIMEOUT_MS);
    if (!victims) return kills;
    await Promise.all(victims.map(async (victim) => group.replace(victim)));
    kills += victims.length;
    const isOver = (): boolean => reclaims(group.history()).stranded.length === 0;
    if (!(await until(() => isOver() || undefined, OVER_MS))) return kills;
  }
  return kills;
}

/** Counts actions that killed workers held. */
function orphaned(group: ProcessGroup): number {
  const { times, stranded } = reclaims(group.history());
  return times.length + stranded.length;
}

function judge(
  total: Record<'kills' | 'reclaimed' | 'worst' | 'stranded' | 'held' | 'taken', number>,
): Report {
  const { kills, reclaimed, worst, stranded, held, taken } = total;
  const isTested = kills >= MIN_KILLS && reclaimed + stranded >= MIN_ORPHANED && held >= MIN_HELD;
  return {
    held: isTested && stranded === 0 && taken === 0 && worst <= LEASE_MS + GRACE_MS,
    tried: `${kills} workers killed, ${reclaimed} actions held by them, lease ${LEASE_MS} ms; ${held} held by living workers while Redis was unreachable for longer`,
    worst: `${worst} ms at most, ${stranded} not run again, ${taken} taken from living workers`,
  };
}

function someOf<T>(busy: readonly T[]): readonly T[] | undefined {
  return busy.length === 0 ? undefined : busy.slice(0, MAX_VICTIMS);
}
