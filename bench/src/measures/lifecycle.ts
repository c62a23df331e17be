import type { JobsShape } from '../payload.ts';
import { clearedPlace, type Stage } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';
import { perSecond } from './sending.ts';
import { putToWork } from './working.ts';

export interface LifecycleOrders {
  readonly shape: JobsShape;
  readonly inFlight: number;
  readonly concurrency: number;
}

/** Returns jobs per second from the first send call to the start of the last job, with sender and worker together. */
export async function lifecycleRate(
  stage: Stage,
  system: SystemName,
  { shape, inFlight, concurrency }: LifecycleOrders,
): Promise<number> {
  const place = await clearedPlace(stage, system);
  const workforce = await putToWork(stage, system, { place, concurrency });
  const how = { mode: 'single', inFlight, tellsCaller: false } as const;
  const producer = stage.crew.producer(system);
  const [{ startedMs }, { endedMs }] = await Promise.all([
    producer.ask('send', { place, shape, ...how }),
    workforce.finish(shape.count),
  ]);
  return perSecond(shape.count, { startedMs, endedMs });
}
