import { percentile } from '../measures/percentile.ts';
import { perSecond } from '../measures/sending.ts';
import { putToWork } from '../measures/working.ts';
import type { RequestOrders, Verbs } from '../orders.ts';
import { MILLISECONDS, PER_SECOND, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import { clearedPlace, sized, smallJobs, type Stage } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';

const CONCURRENCY = 50;
const MAX_IN_FLIGHT = 100;
/** Duration of the load at half the maximum rate (s). */
const HALF_LOAD_SECONDS = 2;

export const roundtrip: Scenario = {
  name: 'roundtrip',
  about: 'from the call that sends until its caller has the result; one caller, one worker process',
  metrics: {
    p50: MILLISECONDS,
    p99: MILLISECONDS,
    p999: MILLISECONDS,
    half_p50: MILLISECONDS,
    half_p99: MILLISECONDS,
    half_p999: MILLISECONDS,
    max_rate: PER_SECOND,
  },
  sides: sidesOf(['nooble', 'bullmq'], measure),
};

/** Measures one request at a time, then the maximum rate, then half of each side's own maximum rate. */
async function measure(stage: Stage, system: SystemName): Promise<Sample> {
  const calm = await requests(stage, system, {
    count: sized(stage, 2_000, 300),
    load: { inFlight: 1 },
  });
  const many = sized(stage, 5_000, 1_000);
  const busy = await requests(stage, system, { count: many, load: { inFlight: MAX_IN_FLIGHT } });
  const maxRate = perSecond(many - 1, busy);
  const half = await requests(stage, system, {
    count: Math.ceil((maxRate / 2) * sized(stage, HALF_LOAD_SECONDS, 0.3)),
    load: { perSecond: maxRate / 2 },
  });
  const [p50, p99, p999] = percentiles(calm.tookMs);
  const [half_p50, half_p99, half_p999] = percentiles(half.tookMs);
  return { p50, p99, p999, half_p50, half_p99, half_p999, max_rate: maxRate };
}

async function requests(
  stage: Stage,
  system: SystemName,
  { count, load }: { count: number; load: RequestOrders['load'] },
): Promise<Verbs['request']['answer']> {
  const place = await clearedPlace(stage, system);
  const orders = { place, concurrency: CONCURRENCY, answers: true };
  const workforce = await putToWork(stage, system, orders);
  const caller = stage.crew.producer(system);
  const answer = await caller.ask('request', { place, shape: smallJobs(count), load });
  await workforce.finish(count);
  return answer;
}

function percentiles(tookMs: Float64Array): [number, number, number] {
  return [percentile(tookMs, 0.5), percentile(tookMs, 0.99), percentile(tookMs, 0.999)];
}
