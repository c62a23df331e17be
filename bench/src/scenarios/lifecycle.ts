import { lifecycleRate } from '../measures/lifecycle.ts';
import { sized, smallJobs } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';

export const lifecycle: Scenario = {
  name: 'lifecycle',
  about: 'a producer (single adds, 200 in flight) and a worker (50 at a time) together',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue'], async (context, system) => {
    const shape = smallJobs(sized(context, 40_000, 2_000));
    return {
      rate: await lifecycleRate(context, system, { shape, inFlight: 200, concurrency: 50 }),
    };
  }),
};
