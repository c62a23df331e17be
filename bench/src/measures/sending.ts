import type { SendInput, Span } from '../commands.ts';
import { assertStored } from '../done-once.ts';
import { clearedPlace, type SampleContext } from '../sample-context.ts';
import type { Place, SystemName } from '../systems/system.ts';

/** Calls in flight, for single and bulk sends. */
export const IN_FLIGHT = { single: 200, bulk: 2 } as const;

/** Fills a place as fast as possible; not measured. */
export async function fill(
  { processes }: SampleContext,
  system: SystemName,
  {
    place,
    shape,
    sendsCallback = false,
  }: Pick<SendInput, 'place' | 'shape'> & { sendsCallback?: boolean },
): Promise<void> {
  const how = { mode: 'bulk', inFlight: IN_FLIGHT.bulk } as const;
  const producer = processes.producer(system);
  await producer.ask('send', { place, shape, sendsCallback, ...how });
  assertStored(system, await producer.ask('pending', { place }), shape.count);
}

type SendingOptions = Pick<SendInput, 'shape' | 'mode'> & Partial<Pick<SendInput, 'inFlight'>>;

/** Returns jobs per second from the first call to the last acknowledgement, with one process and no workers. */
export async function sendingRate(
  context: SampleContext,
  system: SystemName,
  { shape, mode, inFlight = IN_FLIGHT[mode] }: SendingOptions,
): Promise<number> {
  const place: Place = await clearedPlace(context, system);
  const producer = context.processes.producer(system);
  const how = { mode, inFlight, sendsCallback: false };
  const span = await producer.ask('send', { place, shape, ...how });
  assertStored(system, await producer.ask('pending', { place }), shape.count);
  return perSecond(shape.count, span);
}

export function perSecond(count: number, { startedMs, endedMs }: Span): number {
  return (count * 1000) / (endedMs - startedMs);
}
