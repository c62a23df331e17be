import type { ClaimedAction, QueueBroker } from '@nooble/queue';

/** Claims and settles actions one at a time, like a worker with one slot. */
export async function serve(broker: QueueBroker, count: number): Promise<ClaimedAction[]> {
  const all: ClaimedAction[] = [];
  for (let served = 0; served < count; served += 1) all.push(...(await serveBatch(broker, 1)));
  return all;
}

/** Claims and settles one batch of up to `slots` actions. */
export async function serveBatch(broker: QueueBroker, slots: number): Promise<ClaimedAction[]> {
  const { claimed } = await broker.claim({ slots });
  await broker.settle(claimed.map((each) => ({ claimed: each, outcome: { status: 'done' } })));
  return [...claimed];
}
