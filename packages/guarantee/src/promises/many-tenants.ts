import type { DomainQueueManager, QueueBroker } from '@nooble/queue';
import { turn } from '../load/actions.ts';
import type { Trial } from '../scenario/trial.ts';
import { serveBatch } from './serve.ts';

export const MANY_TENANTS = 100_000;
const BATCH = 2_000;
const SLOTS = 100;

/**
 * Sends one action each for 100,000 tenants, and enough of another tenant to fill a claim. Returns the number of idle
 * slots, and of turns of that tenant while most of the others still wait for their first.
 */
export async function tryManyTenants(
  { random }: Trial,
  queues: DomainQueueManager,
  broker: QueueBroker,
) {
  const name = `c${random.below(2 ** 31)}`;
  const greedy = `${name}-greedy`;
  const send = async (tenants: readonly string[]) =>
    queues.enqueueMany(
      tenants.map((tenantId) => turn.create({ tenantId, tenantTier: 'free', data: {} })),
    );
  await send(Array.from({ length: SLOTS }, () => greedy));
  for (let at = 0; at < MANY_TENANTS; at += BATCH) {
    await send(Array.from({ length: BATCH }, (_, each) => `${name}-${at + each}`));
  }
  let [idle, turns] = [0, 0];
  for (let left = MANY_TENANTS + SLOTS; left > 0; left -= SLOTS) {
    const served = await serveBatch(broker, SLOTS);
    idle += SLOTS - served.length;
    const own = served.filter(({ lease }) => lease.tenantId === greedy);
    if (left > MANY_TENANTS / 2) turns += own.length;
  }
  return { idle, turns };
}
