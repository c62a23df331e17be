import { fill, perSecond } from '../measures/sending.ts';
import { startWorkers } from '../measures/working.ts';
import { clearedPlace, sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

const CONCURRENCY = 50;

export const callback: Scenario = {
  name: 'callback',
  about: 'two hops: a full queue is drained, each result is an action for a second worker',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq'], async (context, system) => ({
    rate: await callbackRate(context, system, sized(context, 8_000, 1_500)),
  })),
};

/** Returns callbacks per second, from the start of the first job to the start of the last callback. */
async function callbackRate(
  context: SampleContext,
  system: SystemName,
  count: number,
): Promise<number> {
  const place = await clearedPlace(context, system);
  await fill(context, system, { place, shape: smallJobs(count), sendsCallback: true });
  const receiver = await startWorkers(context, system, {
    place: { ...place, queue: 'caller' },
    concurrency: CONCURRENCY,
    from: 1,
  });
  const workers = await startWorkers(context, system, {
    place,
    concurrency: CONCURRENCY,
    sendsCallback: true,
  });
  const [work, callbacks] = await Promise.all([workers.finish(count), receiver.finish(count)]);
  return perSecond(count, { startedMs: work.startedMs, endedMs: callbacks.endedMs });
}
