import { ATTRIBUTES } from '../metric-facts.ts';
import { METRICS } from '../metric-names.ts';
import type { Instruments } from './instruments.ts';
import { OutboxReads, type OutboxFigures } from './outbox-reads.ts';

/** The part of an outbox of `@nooble/persistence` that is observed. */
export interface ObservedOutbox {
  /** Of its relay in this process. */
  health(this: void): {
    readonly isRunning: boolean;
    readonly judged: {
      readonly admitted: number;
      readonly refused: number;
      readonly putOff: number;
    };
    readonly failures: number;
    readonly sinceSuccessMs: number;
  };
  /** Read from PostgreSQL. */
  stats(this: void): Promise<OutboxFigures>;
}

/** Adds the metrics of an outbox. Returns a function that ends its reads. */
export function meterOutbox(
  instruments: Instruments,
  outbox: ObservedOutbox,
  everyMs: number,
): () => void {
  const failed = instruments.counter(METRICS.outboxReadFailures).series({});
  const reads = new OutboxReads({ stats: outbox.stats, everyMs, onFailed: () => failed.add(1) });
  meterRelay(instruments, outbox);
  const { outboxPending, outboxDue, outboxRefused, outboxLag } = METRICS;
  const facts = { outboxPending, outboxDue, outboxRefused, outboxLag };
  instruments.gauges(facts, (set) => {
    const figures = reads.latest;
    if (figures === undefined) return;
    const { pending, due, refused, lagMs } = figures;
    set('outboxPending', pending, {});
    set('outboxDue', due, {});
    set('outboxRefused', refused, {});
    set('outboxLag', lagMs / 1000, {});
  });
  reads.start();
  return () => reads.stop();
}

function meterRelay(instruments: Instruments, outbox: ObservedOutbox): void {
  const facts = {
    actions: METRICS.outboxActions,
    failures: METRICS.outboxFailures,
    age: METRICS.outboxSuccessAge,
  };
  instruments.gauges(facts, (set) => {
    const { isRunning, judged, failures, sinceSuccessMs } = outbox.health();
    const outcomes = { admitted: judged.admitted, refused: judged.refused, put_off: judged.putOff };
    for (const [outcome, count] of Object.entries(outcomes)) {
      set('actions', count, { [ATTRIBUTES.outcome]: outcome });
    }
    set('failures', failures, {});
    set('age', isRunning ? sinceSuccessMs / 1000 : Number.NaN, {});
  });
}
