import { assertStored } from '../done-once.ts';
import type { SendOrders, Span } from '../orders.ts';
import { clearedPlace, type Stage } from '../stage.ts';
import type { Place, SystemName } from '../systems/system.ts';

/** Calls in flight, for single and bulk sends. */
export const IN_FLIGHT = { single: 200, bulk: 2 } as const;

/** Fills a place as fast as possible; not measured. */
export async function fill(
  { crew }: Stage,
  system: SystemName,
  {
    place,
    shape,
    tellsCaller = false,
  }: Pick<SendOrders, 'place' | 'shape'> & { tellsCaller?: boolean },
): Promise<void> {
  const how = { mode: 'bulk', inFlight: IN_FLIGHT.bulk } as const;
  const producer = crew.producer(system);
  await producer.ask('send', { place, shape, tellsCaller, ...how });
  assertStored(system, await producer.ask('pending', { place }), shape.count);
}

type SendingOrders = Pick<SendOrders, 'shape' | 'mode'> & Partial<Pick<SendOrders, 'inFlight'>>;

/** Returns jobs per second from the first call to the last acknowledgement, with one process and no workers. */
export async function sendingRate(
  stage: Stage,
  system: SystemName,
  { shape, mode, inFlight = IN_FLIGHT[mode] }: SendingOrders,
): Promise<number> {
  const place: Place = await clearedPlace(stage, system);
  const producer = stage.crew.producer(system);
  const how = { mode, inFlight, tellsCaller: false };
  const span = await producer.ask('send', { place, shape, ...how });
  assertStored(system, await producer.ask('pending', { place }), shape.count);
  return perSecond(shape.count, span);
}

export function perSecond(count: number, { startedMs, endedMs }: Span): number {
  return (count * 1000) / (endedMs - startedMs);
}
