import { processingRate } from '../measures/processing.ts';
import { sendingRate } from '../measures/sending.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';
import { sized, smallJobs } from '../stage.ts';

export const floor: Scenario = {
  name: 'floor',
  about:
    'the same JSON through LPUSH and RPOP, 64 a call: no queue on this machine can be much faster',
  metrics: { process: PER_SECOND, enqueue: PER_SECOND },
  sides: sidesOf(['nooble', 'floor'], async (stage, system) => {
    const count = sized(stage, 60_000, 4_000);
    const enqueue = await sendingRate(stage, system, { shape: smallJobs(count), mode: 'single' });
    const process = await processingRate(stage, system, { count, concurrency: 200 });
    return { process, enqueue };
  }),
};
