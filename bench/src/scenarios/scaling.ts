import { processingRate } from '../measures/processing.ts';
import { sized } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';

export const scaling: Scenario = {
  name: 'scaling',
  about: 'a full queue of 1,000 tenants; 1, 2 and 4 worker processes, 50 at a time each',
  metrics: { workers_1: PER_SECOND, workers_2: PER_SECOND, workers_4: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq'], async (context, system) => {
    const how = { count: sized(context, 40_000, 3_000), concurrency: 50, tenants: 1_000 };
    return {
      workers_1: await processingRate(context, system, { ...how, workers: 1 }),
      workers_2: await processingRate(context, system, { ...how, workers: 2 }),
      workers_4: await processingRate(context, system, { ...how, workers: 4 }),
    };
  }),
};
