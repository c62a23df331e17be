import type { DomainQueueManager, QueueBroker } from '@nooble/queue';
import { turn } from '../actions.ts';
import type { Trial } from '../promise.ts';
import { serveAtOnce } from './serve.ts';

export const CROWD = 100_000;
const AT_A_TIME = 2_000;
const SLOTS = 100;

/**
 * So many tenants with one action each, and one with as many as fit into every call. All slots are used, and that
 * one has no more than a tenant's turns; answers by how much either was missed.
 */
export async function tryCrowd({ random }: Trial, queues: DomainQueueManager, broker: QueueBroker) {
  const name = `c${random.below(2 ** 31)}`;
  const greedy = `${name}-greedy`;
  const send = async (tenants: readonly string[]) =>
    queues.enqueueMany(
      tenants.map((tenantId) => turn.create({ tenantId, tenantTier: 'free', data: {} })),
    );
  await send(Array.from({ length: SLOTS }, () => greedy));
  for (let at = 0; at < CROWD; at += AT_A_TIME) {
    await send(Array.from({ length: AT_A_TIME }, (_, each) => `${name}-${at + each}`));
  }
  let [idle, turns] = [0, 0];
  for (let left = CROWD + SLOTS; left > 0; left -= SLOTS) {
    const served = await serveAtOnce(broker, SLOTS);
    idle += SLOTS - served.length;
    // While most of the crowd still waits for its first.
    const own = served.filter(({ lease }) => lease.tenantId === greedy);
    if (left > CROWD / 2) turns += own.length;
  }
  return { idle, turns };
}
