import { sendingRate } from '../measures/sending.ts';
import { sized, smallJobs } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';

export const enqueue: Scenario = {
  name: 'enqueue',
  about: 'single adds, one process, 200 calls in flight',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue', 'floor'], async (context, system) => {
    const shape = smallJobs(sized(context, 80_000, 4_000));
    return { rate: await sendingRate(context, system, { shape, mode: 'single' }) };
  }),
};

export const enqueue1: Scenario = {
  name: 'enqueue_1',
  about: 'single adds, one process, one call in flight',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue'], async (context, system) => {
    const shape = smallJobs(sized(context, 10_000, 500));
    return { rate: await sendingRate(context, system, { shape, mode: 'single', inFlight: 1 }) };
  }),
};
