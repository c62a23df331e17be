import { percentile } from '../measures/percentile.ts';
import { fill, perSecond } from '../measures/sending.ts';
import { startWorkers, type DrainRecord } from '../measures/working.ts';
import { clearedPlace, sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { MILLISECONDS, PER_SECOND, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

const CONCURRENCY = 50;

export const call: Scenario = {
  name: 'call',
  about:
    'handlers of one service call another one and wait without a slot, surviving a restart; a full queue, then one request at a time',
  metrics: { rate: PER_SECOND, p50: MILLISECONDS, p99: MILLISECONDS },
  sides: sidesOf(['nooble', 'bullmq'], measure),
};

async function measure(context: SampleContext, system: SystemName): Promise<Sample> {
  const many = sized(context, 2_000, 500);
  const busy = await calls(context, system, { count: many, isBusy: true });
  const single = sized(context, 300, 50);
  const { callMs } = await calls(context, system, { count: single, isBusy: false });
  return {
    rate: perSecond(many, busy),
    p50: percentile(callMs, 0.5),
    p99: percentile(callMs, 0.99),
  };
}

/** Drains a full queue of jobs that call, or requests them one by one. */
async function calls(
  context: SampleContext,
  system: SystemName,
  { count, isBusy }: { count: number; isBusy: boolean },
): Promise<DrainRecord> {
  const place = await clearedPlace(context, system);
  const shape = smallJobs(count);
  if (isBusy) await fill(context, system, { place, shape });
  const options = { concurrency: CONCURRENCY, answers: true };
  const callee = { ...place, queue: 'callee' as const };
  const called = await startWorkers(context, system, { ...options, place: callee, from: 1 });
  const calling = await startWorkers(context, system, { ...options, place, calls: true });
  if (!isBusy) {
    const caller = context.processes.producer(system);
    await caller.ask('request', { place, shape, load: { inFlight: 1 } });
  }
  const [record] = await Promise.all([calling.finish(count), called.finish(count)]);
  return record;
}
