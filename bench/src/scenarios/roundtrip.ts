import { percentile } from '../measures/percentile.ts';
import { perSecond } from '../measures/sending.ts';
import { putToWork } from '../measures/working.ts';
import type { RequestOrders, Verbs } from '../orders.ts';
import { MILLISECONDS, PER_SECOND, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import { clearedPlace, sized, smallJobs, type Stage } from '../stage.ts';
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
async function measure(stage: Stage, system: SystemName): Promise<Sample> {
  const calm = await requests(stage, system, {
    count: sized(stage, 2_000, 300),
    load: { inFlight: 1 },
  });
  const many = sized(stage, 5_000, 1_000);
  const busy = await requests(stage, system, { count: many, load: { inFlight: MAX_IN_FLIGHT } });
  const same = await requests(stage, system, {
    count: sized(stage, 2 * SAME_RATE, SAME_RATE / 4),
    load: { perSecond: SAME_RATE },
  });
  const [p50, p99, p999] = percentiles(calm.tookMs);
  const [same_p50, same_p99, same_p999] = percentiles(same.tookMs);
  const [many_p50] = percentiles(busy.tookMs);
  const max_rate = perSecond(many - 1, busy);
  return { p50, p99, p999, same_p50, same_p99, same_p999, many_p50, max_rate };
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
