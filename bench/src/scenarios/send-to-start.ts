import { percentile } from '../measures/percentile.ts';
import { startWorkers } from '../measures/working.ts';
import { clearedPlace, sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { MILLISECONDS, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

/** Slow enough that the worker is idle when a job arrives (jobs/s). */
const RATE = 50;

export const sendToStart: Scenario = {
  name: 'send_to_start',
  about:
    'from the call that sends until the handler begins, with an idle worker in another process',
  metrics: { p50: MILLISECONDS, p99: MILLISECONDS },
  sides: sidesOf(['nooble', 'bullmq'], measure),
};

async function measure(context: SampleContext, system: SystemName): Promise<Sample> {
  const place = await clearedPlace(context, system);
  const count = sized(context, 300, 30);
  const workers = await startWorkers(context, system, { place, concurrency: 50, answers: true });
  const caller = context.processes.producer(system);
  const shape = smallJobs(count);
  const { sentMs } = await caller.ask('request', { place, shape, load: { perSecond: RATE } });
  const { beganMs } = await workers.finish(count);
  // The first request only opens the connections, and has no time of sending.
  const begun = beganMs[0]?.slice(1) ?? new Float64Array();
  const took = sentMs.map((ms, index) => (begun[index] ?? Number.NaN) - ms);
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}
