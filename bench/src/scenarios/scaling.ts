import { processingRate } from '../measures/processing.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';
import { sized } from '../stage.ts';

export const scaling: Scenario = {
  name: 'scaling',
  about: 'a full queue of 1,000 tenants; 1, 2 and 4 worker processes, 50 at a time each',
  metrics: { workers_1: PER_SECOND, workers_2: PER_SECOND, workers_4: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq'], async (stage, system) => {
    const how = { count: sized(stage, 40_000, 3_000), concurrency: 50, tenants: 1_000 };
    return {
      workers_1: await processingRate(stage, system, { ...how, workers: 1 }),
      workers_2: await processingRate(stage, system, { ...how, workers: 2 }),
      workers_4: await processingRate(stage, system, { ...how, workers: 4 }),
    };
  }),
};
