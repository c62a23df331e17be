import { sendingRate } from '../measures/sending.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';
import { sized, smallJobs } from '../stage.ts';

export const enqueue: Scenario = {
  name: 'enqueue',
  about: 'single adds, one process, 200 calls in flight',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue', 'floor'], async (stage, system) => {
    const shape = smallJobs(sized(stage, 80_000, 4_000));
    return { rate: await sendingRate(stage, system, { shape, mode: 'single' }) };
  }),
};

export const enqueue1: Scenario = {
  name: 'enqueue_1',
  about: 'single adds, one process, one call in flight',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue'], async (stage, system) => {
    const shape = smallJobs(sized(stage, 10_000, 500));
    return { rate: await sendingRate(stage, system, { shape, mode: 'single', inFlight: 1 }) };
  }),
};
