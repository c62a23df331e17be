import { ATTRIBUTES } from '../metric-facts.ts';
import { METRICS } from '../metric-names.ts';
import type { Instruments } from './instruments.ts';

/** The part of a recorder of `@nooble/persistence` that is observed. */
export interface ObservedRecorder {
  health(): {
    readonly isRunning: boolean;
    readonly domains: ReadonlyMap<string, ObservedDomain>;
  };
}

/** State of the recorder of one domain. */
export interface ObservedDomain {
  readonly recorded: {
    readonly endings: number;
    readonly refused: number;
    readonly purged: number;
    readonly missing: number;
  };
  readonly error?: unknown;
  readonly sinceSuccessMs: number;
}

/** Adds the metrics of a recorder. Its domains are those of its options, and few. */
export function meterRecorder(instruments: Instruments, recorder: ObservedRecorder): void {
  const facts = {
    endings: METRICS.recorderEndings,
    waiting: METRICS.recorderWaiting,
    age: METRICS.recorderSuccessAge,
  };
  instruments.gauges(facts, (set) => {
    const { isRunning, domains } = recorder.health();
    for (const [domain, { recorded, error, sinceSuccessMs }] of domains) {
      const labels = { [ATTRIBUTES.domain]: domain };
      const outcomes = { ...recorded, recorded: recorded.endings };
      for (const outcome of ['recorded', 'refused', 'purged', 'missing'] as const) {
        set('endings', outcomes[outcome], { ...labels, [ATTRIBUTES.outcome]: outcome });
      }
      // NaN withdraws a gauge: a recorder that was stopped is not late.
      set('waiting', isRunning ? Number(error !== undefined) : Number.NaN, labels);
      set('age', isRunning ? sinceSuccessMs / 1000 : Number.NaN, labels);
    }
  });
}
