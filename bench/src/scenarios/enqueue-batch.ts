import { sendingRate } from '../measures/sending.ts';
import { sized, smallJobs } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';

export const enqueueBatch: Scenario = {
  name: 'enqueueBatch',
  about: 'bulk adds, one process, 2 calls in flight',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue'], async (context, system) => {
    const shape = smallJobs(sized(context, 80_000, 4_000));
    return { rate: await sendingRate(context, system, { shape, mode: 'bulk' }) };
  }),
};
