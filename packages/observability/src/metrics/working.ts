import type { Tier } from '@nooble/models';
import type { ClaimedAction } from '@nooble/queue';
import type { BaseWorker, FinishedEvent, WorkerEventMap } from '@nooble/worker';
import type { ShareWindow } from '../fairness/share-window.ts';
import { listen } from '../listen.ts';
import { ATTRIBUTES } from '../metric-facts.ts';
import { METRICS } from '../metric-names.ts';
import type { BoundedLabel } from './bounded-label.ts';
import type { Instruments } from './instruments.ts';
import { PerLabels } from './per-labels.ts';

/** Dependencies of the metrics of a worker. */
export interface WorkingParts {
  readonly instruments: Instruments;
  readonly actionTypes: BoundedLabel;
  readonly window: ShareWindow;
}

const ENDINGS = [
  ...(['done', 'retry', 'throttled', 'unhandled', 'parked'] as const),
  ...(['dead', 'expired', 'cancelled'] as const),
];
const REPEATED = ['retry', 'throttled', 'unhandled'] as const;

/** Measures the claims and attempts of a worker. Returns a function that ends it. */
export function meterWorking(worker: BaseWorker, parts: WorkingParts): () => void {
  const { instruments } = parts;
  const labels = { [ATTRIBUTES.domain]: worker.domain };
  instruments.gauges({ slots: METRICS.slots, busy: METRICS.slotsBusy }, (set) => {
    const { total, busy } = worker.slots;
    set('slots', total, labels);
    set('busy', busy, labels);
  });
  const removals = [
    ...meterClaims(worker, parts),
    ...meterEndings(worker, parts),
    ...meterRetries(worker, parts),
    ...meterTrouble(worker, parts),
  ];
  return () => {
    for (const remove of removals) remove();
  };
}

function meterClaims(worker: BaseWorker, { instruments, window }: WorkingParts): (() => void)[] {
  const operation = instruments.histogram(METRICS.operation);
  const claimed = instruments.counter(METRICS.claimed);
  const waiting = instruments.histogram(METRICS.waiting);
  const actions = claimed.series({
    [ATTRIBUTES.system]: 'nooble',
    [ATTRIBUTES.domain]: worker.domain,
    [ATTRIBUTES.operation]: 'claim',
  });
  const perTier = labelsPerTier(worker.domain);
  return [
    listen(worker, 'claimed', ({ count, tookMs }) => {
      operation.record(tookMs / 1000, actions.labels);
      actions.add(count);
    }),
    listen(worker, 'started', ({ claimed: { lease, waitedMs } }) => {
      waiting.record(waitedMs / 1000, perTier.of(lease.tier));
      window.add(lease, { waitedMs, starts: 1 });
    }),
  ];
}

function meterEndings(
  worker: BaseWorker,
  { instruments, window, actionTypes }: WorkingParts,
): (() => void)[] {
  const running = instruments.histogram(METRICS.running);
  const slotTime = instruments.counter(METRICS.slotTime);
  const perTier = labelsPerTier(worker.domain);
  const slotTimes = new PerLabels((tier: Tier) => slotTime.series(perTier.of(tier)));
  const attempts = new PerLabels((type, outcome) =>
    Object.freeze({
      [ATTRIBUTES.system]: 'nooble',
      [ATTRIBUTES.domain]: worker.domain,
      [ATTRIBUTES.operation]: 'process',
      [ATTRIBUTES.actionType]: type,
      [ATTRIBUTES.outcome]: outcome,
    }),
  );
  const note = (outcome: string, { claimed, action, runningMs }: FinishedEvent): void => {
    const type = action ? actionTypes.of(action.actionType) : 'unreadable';
    running.record(runningMs / 1000, attempts.of(type, outcome));
    slotTimes.of(claimed.lease.tier).add(runningMs / 1000);
    window.add(claimed.lease, { slotMs: runningMs });
  };
  return ENDINGS.map((name) => listen(worker, name, (event: FinishedEvent) => note(name, event)));
}

function meterRetries(worker: BaseWorker, { instruments }: WorkingParts): (() => void)[] {
  const retries = instruments.counter(METRICS.retries);
  return REPEATED.map((name) => {
    const series = retries.series({
      [ATTRIBUTES.domain]: worker.domain,
      [ATTRIBUTES.reason]: name,
    });
    return listen(worker, name, () => series.add(1));
  });
}

function meterTrouble(worker: BaseWorker, { instruments }: WorkingParts): (() => void)[] {
  const domain = { [ATTRIBUTES.domain]: worker.domain };
  const counted = {
    lost: instruments.counter(METRICS.lost),
    released: instruments.counter(METRICS.released),
    overdue: instruments.counter(METRICS.overdue),
    error: instruments.counter(METRICS.workerErrors),
  } satisfies Partial<Record<keyof WorkerEventMap, unknown>>;
  const names = Object.keys(counted) as (keyof typeof counted)[];
  return names.map((name) => {
    const series = counted[name].series({ ...domain });
    return listen(worker, name, () => series.add(1));
  });
}

function labelsPerTier(domain: string) {
  return new PerLabels((tier: Tier) =>
    Object.freeze({ [ATTRIBUTES.domain]: domain, [ATTRIBUTES.tier]: tier }),
  );
}

/** Fields of a lease by which slot time is shared. */
export type Sharer = Pick<ClaimedAction['lease'], 'tenantId' | 'tier'>;
