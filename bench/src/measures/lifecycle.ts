import type { JobsShape } from '../payload.ts';
import { clearedPlace, type SampleContext } from '../sample-context.ts';
import type { SystemName } from '../systems/system.ts';
import { perSecond } from './sending.ts';
import { startWorkers } from './working.ts';

export interface LifecycleOptions {
  readonly shape: JobsShape;
  readonly inFlight: number;
  readonly concurrency: number;
}

/** Returns jobs per second from the first send call to the start of the last job, with sender and worker together. */
export async function lifecycleRate(
  context: SampleContext,
  system: SystemName,
  { shape, inFlight, concurrency }: LifecycleOptions,
): Promise<number> {
  const place = await clearedPlace(context, system);
  const workers = await startWorkers(context, system, { place, concurrency });
  const how = { mode: 'single', inFlight, sendsCallback: false } as const;
  const producer = context.processes.producer(system);
  const [{ startedMs }, { endedMs }] = await Promise.all([
    producer.ask('send', { place, shape, ...how }),
    workers.finish(shape.count),
  ]);
  return perSecond(shape.count, { startedMs, endedMs });
}
