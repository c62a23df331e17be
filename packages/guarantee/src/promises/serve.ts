import type { QueueBroker } from '@nooble/queue';

/** Claims and settles one at a time, as a worker with a single slot does. */
export async function serve(broker: QueueBroker, count: number) {
  const leases = [];
  for (let served = 0; served < count; served += 1) leases.push(...(await serveAtOnce(broker, 1)));
  return leases;
}

/** As a worker with so many slots does. */
export async function serveAtOnce(broker: QueueBroker, slots: number) {
  const { claimed } = await broker.claim({ slots });
  await broker.settle(claimed.map((each) => ({ claimed: each, outcome: { status: 'done' } })));
  return claimed.map(({ lease }) => lease);
}
