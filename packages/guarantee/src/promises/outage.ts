import { setTimeout as wait } from 'node:timers/promises';
import type { ActorProcess } from '../actor-process.ts';
import type { Outage } from '../checks/taken-over.ts';
import type { Trial } from '../promise.ts';
import type { Scene } from '../scene.ts';
import { until } from '../until.ts';

/** Fewer actions in hand would show nothing. */
export const LEAST_HELD = 3;
const PATIENCE_MS = 10_000;

/**
 * Keeps Redis away from every worker for longer than a lease, with actions in hand; all workers live. Their owners
 * stay frozen until a worker that holds nothing has looked at the leases: otherwise it depends on the order in
 * which Redis reads the waiting commands whether anybody looks before the owners renew.
 */
export async function outlast(scene: Scene, { target }: Trial, leaseMs: number): Promise<Outage> {
  const ms = 1.5 * leaseMs;
  const owners = scene.of('worker');
  const spare = scene.start('worker', { concurrency: 1, notesClaims: true });
  await until(() => scene.isUp(spare) || undefined, PATIENCE_MS);
  await until(() => inHand(scene, owners) >= LEAST_HELD || undefined, PATIENCE_MS);
  const from = Date.now();
  for (const owner of owners) owner.freeze();
  if (target.awayFor) await target.awayFor(ms).strike();
  else await freeze(spare, ms);
  // From its look on the owners have a third of a lease.
  await until(() => hasLooked(scene, spare, from + leaseMs) || undefined, PATIENCE_MS);
  for (const owner of owners) owner.thaw();
  const to = Date.now();
  // By then whoever wanted to take something over has done so.
  await wait(2 * leaseMs);
  return { from, to };
}

/** Not with a call that was on its way when the outage began: it may have been made for something else. */
function hasLooked(scene: Scene, { pid }: ActorProcess, since: number): boolean {
  return scene
    .history()
    .some((line) => line.event === 'claimed' && line.pid === pid && line.at - line.ms >= since);
}

function inHand(scene: Scene, owners: readonly ActorProcess[]): number {
  const pids = new Set(owners.map(({ pid }) => pid));
  const open = new Set<string>();
  for (const line of scene.history()) {
    if (line.event === 'started' && pids.has(line.pid)) open.add(line.id);
    if (line.event === 'settled') open.delete(line.id);
  }
  return open.size;
}

/** Where the server is not ours to disturb, or would be replaced by another. */
async function freeze(spare: ActorProcess, ms: number): Promise<void> {
  spare.freeze();
  await wait(ms);
  spare.thaw();
}
