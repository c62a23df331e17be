import type { ClaimedAction, QueueBroker } from '@nooble/queue';

/** Claims and settles one at a time, as a worker with a single slot does. */
export async function serve(broker: QueueBroker, count: number): Promise<ClaimedAction[]> {
  const all: ClaimedAction[] = [];
  for (let served = 0; served < count; served += 1) all.push(...(await serveAtOnce(broker, 1)));
  return all;
}

/** As a worker with so many slots does. */
export async function serveAtOnce(broker: QueueBroker, slots: number): Promise<ClaimedAction[]> {
  const { claimed } = await broker.claim({ slots });
  await broker.settle(claimed.map((each) => ({ claimed: each, outcome: { status: 'done' } })));
  return [...claimed];
}
