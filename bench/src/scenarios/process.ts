import { processingRate } from '../measures/processing.ts';
import { sized } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

interface Drain {
  readonly concurrency: number;
  /** Duration of each handler (ms). @default 0 */
  readonly takesMs?: number;
  /** Nooble may claim actions ahead of a free slot. @default true */
  readonly claimsAhead?: boolean;
  readonly systems?: readonly SystemName[];
  /** Jobs of a full and of a quick sample. */
  readonly jobs: readonly [full: number, quick: number];
}

const OTHERS: readonly SystemName[] = ['nooble', 'bullmq', 'bee-queue'];

/** Drains a full queue of one tenant with one worker process, and a handler that does nothing or waits. */
function processing(how: Drain): Scenario {
  const { concurrency, takesMs = 0, claimsAhead = true, systems = OTHERS, jobs } = how;
  const suffix = `${takesMs > 0 ? `_${takesMs}ms` : ''}${claimsAhead ? '' : '_no_prefetch'}`;
  const handlers = takesMs > 0 ? `, handlers of ${takesMs} ms` : '';
  return {
    name: `process_c${concurrency}${suffix}`,
    about: `a full queue, one worker process, ${concurrency} at a time${handlers}${claimsAhead ? '' : ', nothing claimed ahead'}`,
    metrics: { rate: PER_SECOND },
    sides: sidesOf(systems, async (context, system) => {
      const count = sized(context, ...jobs);
      const drain = { count, concurrency, takesMs, claimsAhead };
      return { rate: await processingRate(context, system, drain) };
    }),
  };
}

export const processC1 = processing({ concurrency: 1, jobs: [10_000, 500] });
export const processC1WithoutPrefetch = processing({
  concurrency: 1,
  claimsAhead: false,
  systems: ['nooble', 'bullmq'],
  jobs: [10_000, 500],
});
export const processC1For1Ms = processing({ concurrency: 1, takesMs: 1, jobs: [2_000, 100] });
export const processC1For20Ms = processing({ concurrency: 1, takesMs: 20, jobs: [200, 20] });
export const processC50 = processing({ concurrency: 50, jobs: [60_000, 3_000] });
export const processC200 = processing({
  concurrency: 200,
  systems: [...OTHERS, 'floor'],
  jobs: [60_000, 3_000],
});
