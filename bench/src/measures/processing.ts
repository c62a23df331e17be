import { clearedPlace, smallJobs, type Stage } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';
import { fill, perSecond } from './sending.ts';
import { putToWork, type Feat } from './working.ts';

export interface ProcessOrders {
  readonly count: number;
  readonly concurrency: number;
  /** @default 1 */
  readonly tenants?: number;
  /** Worker processes. @default 1 */
  readonly workers?: number;
  /** Duration of each handler run (ms). @default 0 */
  readonly takesMs?: number;
}

/** Measures workers that drain a full queue, from the first job started to the last. */
export async function drain(
  stage: Stage,
  system: SystemName,
  { count, concurrency, tenants = 1, workers = 1, takesMs = 0 }: ProcessOrders,
): Promise<Feat> {
  const place = await clearedPlace(stage, system);
  await fill(stage, system, { place, shape: smallJobs(count, tenants) });
  const workforce = await putToWork(stage, system, { place, concurrency, workers, takesMs });
  return workforce.finish(count);
}

/** Returns jobs per second. */
export async function processingRate(
  stage: Stage,
  system: SystemName,
  orders: ProcessOrders,
): Promise<number> {
  return perSecond(orders.count, await drain(stage, system, orders));
}
