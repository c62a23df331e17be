import { fill, perSecond } from '../measures/sending.ts';
import { putToWork } from '../measures/working.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';
import { clearedPlace, sized, smallJobs, type Stage } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';

const CONCURRENCY = 50;

export const callback: Scenario = {
  name: 'callback',
  about: 'two hops: a full queue is drained, each result is an action for a second worker',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq'], async (stage, system) => ({
    rate: await callbackRate(stage, system, sized(stage, 8_000, 1_500)),
  })),
};

/** Returns callbacks per second, from the start of the first job to the start of the last callback. */
async function callbackRate(stage: Stage, system: SystemName, count: number): Promise<number> {
  const place = await clearedPlace(stage, system);
  await fill(stage, system, { place, shape: smallJobs(count), tellsCaller: true });
  const receiver = await putToWork(stage, system, {
    place: { ...place, queue: 'caller' },
    concurrency: CONCURRENCY,
    from: 1,
  });
  const workforce = await putToWork(stage, system, {
    place,
    concurrency: CONCURRENCY,
    tellsCaller: true,
  });
  const [work, callbacks] = await Promise.all([workforce.finish(count), receiver.finish(count)]);
  return perSecond(count, { startedMs: work.startedMs, endedMs: callbacks.endedMs });
}
