import { setTimeout as wait } from 'node:timers/promises';
import type { Outage } from '../checks/taken-over.ts';
import type { Trial } from '../promise.ts';
import type { Scene } from '../scene.ts';
import { until } from '../until.ts';

/** Less in hand would show nothing. */
const LEAST_HELD = 3;
const PATIENCE_MS = 10_000;

/**
 * For longer than a lease Redis is out of reach of every worker, with actions in hand; all of them live. Where
 * the server is not ours to disturb, or would be replaced by another, it is the workers that are frozen.
 */
export async function outlast(scene: Scene, { target }: Trial, leaseMs: number): Promise<Outage> {
  const ms = 1.5 * leaseMs;
  await until(() => inHand(scene) >= LEAST_HELD || undefined, PATIENCE_MS);
  const from = Date.now();
  if (target.awayFor) await target.awayFor(ms).strike();
  else await freezeAll(scene, ms);
  const to = Date.now();
  // By then whoever wanted to take something over has done so.
  await wait(2 * leaseMs);
  return { from, to };
}

function inHand(scene: Scene): number {
  const open = new Set<string>();
  for (const line of scene.history()) {
    if (line.event === 'started') open.add(line.id);
    if (line.event === 'settled') open.delete(line.id);
  }
  return open.size;
}

async function freezeAll(scene: Scene, ms: number): Promise<void> {
  const workers = scene.of('worker');
  for (const worker of workers) worker.freeze();
  await wait(ms);
  for (const worker of workers) worker.thaw();
}
