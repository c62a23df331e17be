import { setTimeout as wait } from 'node:timers/promises';
import { starved } from '../checks/starvation.ts';
import type { Trial } from '../promise.ts';
import { Scene } from '../scene.ts';

/** One tenant sends as much as it can, two a little; there are fewer slots than it could fill. */
const FLOOD = { tenant: 'flooding', restMs: 5 };
const TRICKLES = ['quiet-1', 'quiet-2'].map((tenant) => ({ tenant, restMs: 150 }));
const WORKERS = 2;
const CONCURRENCY = 4;

/** Real producers and workers, nothing disturbed; answers how many actions starved, of how many. */
export async function tryFlood(trial: Trial) {
  const scene = await Scene.open(trial, 5_000);
  try {
    for (let count = 0; count < WORKERS; count += 1) {
      scene.start('worker', { concurrency: CONCURRENCY });
    }
    scene.start('caller');
    for (const orders of [FLOOD, ...TRICKLES]) scene.start('producer', orders);
    await wait((trial.seconds * 1_000) / 2);
    const history = scene.history();
    const begun = history.filter(({ event }) => event === 'started').length;
    return { begun, starved: starved(history, WORKERS * CONCURRENCY).length };
  } finally {
    await scene.close();
  }
}
