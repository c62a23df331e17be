import { processingRate } from '../measures/processing.ts';
import { sendingRate } from '../measures/sending.ts';
import { sized, smallJobs } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';

export const floor: Scenario = {
  name: 'floor',
  about:
    'the same JSON through LPUSH and RPOP, 64 a call: no queue on this machine can be much faster',
  metrics: { process: PER_SECOND, enqueue: PER_SECOND },
  sides: sidesOf(['nooble', 'floor'], async (context, system) => {
    const count = sized(context, 60_000, 4_000);
    const enqueue = await sendingRate(context, system, { shape: smallJobs(count), mode: 'single' });
    const process = await processingRate(context, system, { count, concurrency: 200 });
    return { process, enqueue };
  }),
};
