import { setTimeout as wait } from 'node:timers/promises';
import { reclaimTimes } from '../checks/reclaim-times.ts';
import type { Guarantee, Trial } from '../promise.ts';
import { Scene } from '../scene.ts';
import { until } from '../until.ts';

const LEASE_MS = 3_000;
/** What the promise allows on top of the lease. */
const GRACE_MS = 5_000;
/** A little longer than the promise allows, ms. */
const PATIENCE_MS = LEASE_MS + 2 * GRACE_MS;
const LEAST_KILLS = 2;
/** Rests between sends, so that a worker always has a free slot. */
const CALM = { restMs: 200 };

export const reclaim: Guarantee = {
  id: 'P2',
  text: "A dead worker's action runs again within its lease and 5 s",
  async run(trial) {
    const scene = await Scene.open(trial, LEASE_MS);
    try {
      for (const name of ['producer', 'worker', 'worker', 'worker', 'caller'] as const) {
        scene.start(name, CALM);
      }
      const { kills, stranded } = await killOneByOne(scene, trial);
      const times = reclaimTimes(scene.history());
      const worst = Math.max(0, ...times);
      return {
        held: stranded === 0 && times.length > 0 && worst <= LEASE_MS + GRACE_MS,
        tried: `${kills} workers killed, ${times.length} actions in their hands, lease ${LEASE_MS} ms`,
        worst: `${worst} ms at most, ${stranded} not run again`,
      };
    } finally {
      await scene.close();
    }
  },
};

/** One at a time: an action that the next victim has just claimed would wait for a second lease. */
async function killOneByOne(scene: Scene, { random, seconds }: Trial) {
  const end = performance.now() + seconds * 1_000;
  let kills = 0;
  let stranded = 0;
  while (kills < LEAST_KILLS || performance.now() < end) {
    const victim = await until(() => scene.busy('worker')[0], PATIENCE_MS);
    if (!victim) return { kills, stranded: 1 };
    await wait(random.below(300));
    await scene.replace(victim);
    kills += 1;
    await until(() => scene.strandedBy(victim).length === 0 || undefined, PATIENCE_MS);
    stranded += scene.strandedBy(victim).length;
  }
  return { kills, stranded };
}
