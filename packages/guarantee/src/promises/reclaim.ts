import { setTimeout as wait } from 'node:timers/promises';
import { reclaims } from '../checks/reclaims.ts';
import { takenOver } from '../checks/taken-over.ts';
import type { Guarantee, Trial, Verdict } from '../promise.ts';
import { Scene } from '../scene.ts';
import { until } from '../until.ts';
import { LEAST_HELD, outlast } from './outage.ts';

const LEASE_MS = 2_000;
/** What the promise allows on top of the lease. */
const GRACE_MS = 5_000;
/**
 * Until everything runs again or has ended (ms). Longer than the promise allows: of an action that was settled in the
 * moment of the kill nobody wrote that down, and its callback is delivered by another worker after 10 s.
 */
const OVER_MS = 14_000;
/** For a worker to have something in its hands (ms). */
const PATIENCE_MS = 12_000;
/** A history that grows for longer would be slow to read, s. */
const EPISODE_S = 30;
const WORKERS = 5;
/** The others have free slots for what these held. */
const MOST_AT_ONCE = 3;
const LEAST_KILLS = 4;
/** Actions in the hands of the killed; fewer would show nothing. */
const LEAST_ORPHANED = 4;
/** Little traffic, so that a worker always has a free slot, and much of it in hand for long. */
const CALM = { restMs: 600, takes: 'long' } as const;

export const reclaim: Guarantee = {
  id: 'P2',
  text: "A dead worker's action runs again within its lease and 5 s, and a living one keeps its own",
  async run(trial) {
    const end = performance.now() + trial.seconds * 1_000;
    const total = { kills: 0, reclaimed: 0, worst: 0, stranded: 0, held: 0, taken: 0 };
    for (let left = trial.seconds; left > 0; left = (end - performance.now()) / 1_000) {
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

/** Kills, and then an outage. */
async function episode(trial: Trial) {
  const scene = await Scene.open(trial, LEASE_MS);
  try {
    for (const name of ['producer', 'producer', 'caller'] as const) scene.start(name, CALM);
    for (let count = 0; count < WORKERS; count += 1) scene.start('worker');
    const kills = await killSome(scene, trial);
    const seen = reclaims(scene.history());
    // Nothing can make that good.
    if (seen.stranded.length > 0) return { kills, ...seen, held: 0, taken: [] };
    const outage = await outlast(scene, trial, LEASE_MS);
    return { kills, ...seen, ...takenOver(scene.history(), outage) };
  } finally {
    await scene.close();
  }
}

/** The next only when everything runs again: what a victim had just claimed would wait for a second lease. */
async function killSome(scene: Scene, { random, seconds }: Trial): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let kills = 0;
  while (kills < LEAST_KILLS || orphaned(scene) < LEAST_ORPHANED || performance.now() < end) {
    await wait(random.below(300));
    const victims = await until(() => someOf(scene.busy('worker')), PATIENCE_MS);
    if (!victims) return kills;
    await Promise.all(victims.map(async (victim) => scene.replace(victim)));
    kills += victims.length;
    const isOver = (): boolean => reclaims(scene.history()).stranded.length === 0;
    if (!(await until(() => isOver() || undefined, OVER_MS))) return kills;
  }
  return kills;
}

/** Actions that were in the hands of a worker when it was killed. */
function orphaned(scene: Scene): number {
  const { times, stranded } = reclaims(scene.history());
  return times.length + stranded.length;
}

function judge(
  total: Record<'kills' | 'reclaimed' | 'worst' | 'stranded' | 'held' | 'taken', number>,
): Verdict {
  const { kills, reclaimed, worst, stranded, held, taken } = total;
  const isTried =
    kills >= LEAST_KILLS && reclaimed + stranded >= LEAST_ORPHANED && held >= LEAST_HELD;
  return {
    held: isTried && stranded === 0 && taken === 0 && worst <= LEASE_MS + GRACE_MS,
    tried: `${kills} workers killed, ${reclaimed} actions in their hands, lease ${LEASE_MS} ms; ${held} in living hands while Redis was out of reach for longer`,
    worst: `${worst} ms at most, ${stranded} not run again, ${taken} taken from the living`,
  };
}

function someOf<T>(busy: readonly T[]): readonly T[] | undefined {
  return busy.length === 0 ? undefined : busy.slice(0, MOST_AT_ONCE);
}
