import { processingRate } from '../measures/processing.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';
import { sized } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';

/** Drains a full queue of one tenant with one worker process and a handler that does nothing. */
function processing(
  concurrency: number,
  systems: readonly SystemName[],
  [full, quick]: readonly [number, number],
): Scenario {
  return {
    name: `process_c${concurrency}`,
    about: `a full queue, one worker process, ${concurrency} at a time`,
    metrics: { rate: PER_SECOND },
    sides: sidesOf(systems, async (stage, system) => {
      const count = sized(stage, full, quick);
      return { rate: await processingRate(stage, system, { count, concurrency }) };
    }),
  };
}

export const processC1 = processing(1, ['nooble', 'bullmq', 'bee-queue'], [10_000, 500]);
export const processC50 = processing(50, ['nooble', 'bullmq', 'bee-queue'], [60_000, 3_000]);
export const processC200 = processing(
  200,
  ['nooble', 'bullmq', 'bee-queue', 'floor'],
  [60_000, 3_000],
);
