import { clearedPlace, smallJobs, type SampleContext } from '../sample-context.ts';
import type { SystemName } from '../systems/system.ts';
import { fill, perSecond } from './sending.ts';
import { startWorkers, type DrainRecord } from './working.ts';

export interface ProcessingOptions {
  readonly count: number;
  readonly concurrency: number;
  /** @default 1 */
  readonly tenants?: number;
  /** Worker processes. @default 1 */
  readonly workers?: number;
  /** Duration of each handler (ms). @default 0 */
  readonly takesMs?: number;
  /** Nooble may claim actions ahead of a free slot. @default true */
  readonly claimsAhead?: boolean;
}

/** Measures workers that drain a full queue, from the first job started to the last. */
export async function drain(
  context: SampleContext,
  system: SystemName,
  { count, tenants = 1, ...how }: ProcessingOptions,
): Promise<DrainRecord> {
  const place = await clearedPlace(context, system);
  await fill(context, system, { place, shape: smallJobs(count, tenants) });
  const started = await startWorkers(context, system, { place, ...how });
  return started.finish(count);
}

/** Returns jobs per second. */
export async function processingRate(
  context: SampleContext,
  system: SystemName,
  options: ProcessingOptions,
): Promise<number> {
  return perSecond(options.count, await drain(context, system, options));
}
