import type { RequestInput, Commands } from '../commands.ts';
import { percentile } from '../measures/percentile.ts';
import { perSecond } from '../measures/sending.ts';
import { startWorkers } from '../measures/working.ts';
import { clearedPlace, sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { MILLISECONDS, PER_SECOND, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

const CONCURRENCY = 50;
const MAX_IN_FLIGHT = 100;
/** The same rate for all sides, below half of what each can do on two cores (requests/s). */
const SAME_RATE = 400;

export const roundtrip: Scenario = {
  name: 'roundtrip',
  about: 'from the call that sends until its caller has the result; one caller, one worker process',
  metrics: {
    p50: MILLISECONDS,
    p99: MILLISECONDS,
    p999: MILLISECONDS,
    same_p50: MILLISECONDS,
    same_p99: MILLISECONDS,
    same_p999: MILLISECONDS,
    many_p50: MILLISECONDS,
    max_rate: PER_SECOND,
  },
  sides: sidesOf(['nooble', 'bullmq'], measure),
};

/** Measures one request at a time, many at a time, then a rate that is the same for all sides. */
async function measure(context: SampleContext, system: SystemName): Promise<Sample> {
  const single = await requests(context, system, {
    count: sized(context, 2_000, 300),
    load: { inFlight: 1 },
  });
  const many = sized(context, 5_000, 1_000);
  const busy = await requests(context, system, { count: many, load: { inFlight: MAX_IN_FLIGHT } });
  const same = await requests(context, system, {
    count: sized(context, 2 * SAME_RATE, SAME_RATE / 4),
    load: { perSecond: SAME_RATE },
  });
  const [p50, p99, p999] = percentiles(single.tookMs);
  const [same_p50, same_p99, same_p999] = percentiles(same.tookMs);
  const [many_p50] = percentiles(busy.tookMs);
  const max_rate = perSecond(many - 1, busy);
  return { p50, p99, p999, same_p50, same_p99, same_p999, many_p50, max_rate };
}

async function requests(
  context: SampleContext,
  system: SystemName,
  { count, load }: { count: number; load: RequestInput['load'] },
): Promise<Commands['request']['answer']> {
  const place = await clearedPlace(context, system);
  const options = { place, concurrency: CONCURRENCY, answers: true };
  const workers = await startWorkers(context, system, options);
  const caller = context.processes.producer(system);
  const answer = await caller.ask('request', { place, shape: smallJobs(count), load });
  await workers.finish(count);
  return answer;
}

function percentiles(tookMs: Float64Array): [number, number, number] {
  return [percentile(tookMs, 0.5), percentile(tookMs, 0.99), percentile(tookMs, 0.999)];
}
