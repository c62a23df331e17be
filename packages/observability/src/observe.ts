import type { BaseWorker } from '@nooble/worker';
import { ShareWindow } from './fairness/share-window.ts';
import { ATTRIBUTES } from './metric-facts.ts';
import { METRICS } from './metric-names.ts';
import { BoundedLabel } from './metrics/bounded-label.ts';
import { DomainReports } from './metrics/domain-reports.ts';
import { meterDomains } from './metrics/domains.ts';
import { meterEventLoop } from './metrics/event-loop.ts';
import { meterFairness } from './metrics/fairness.ts';
import { Instruments } from './metrics/instruments.ts';
import { meterOutbox } from './metrics/outbox.ts';
import { PerLabels } from './metrics/per-labels.ts';
import { meterRecorder } from './metrics/recorder.ts';
import { meteredSending } from './metrics/sending.ts';
import { meterWorking } from './metrics/working.ts';
import { resolveObserveOptions } from './observe-options.ts';
import type { ObserveOptions, ResolvedObserveOptions } from './observe-options.ts';
import { hasSdk } from './traces/has-sdk.ts';
import { traceProcessing } from './traces/processing.ts';
import { tracedSending } from './traces/sending.ts';

/** Name of the tracer and the meter. */
const SCOPE = '@nooble/observability';
/** Maximum numbers of values of the labels with a domain or an action type. */
const MOST = { domains: 100, actionTypes: 200 };

/** Traces and metrics that `observe` has started. */
export interface Observation {
  /** Ends all spans and metrics. Idempotent. */
  readonly stop: () => void;
}

/**
 * Makes traces and metrics of what a manager sends, its clients receive and a worker runs, and metrics of a recorder and an outbox. Call it before the worker starts, once
 * the SDK is set up; without an SDK it does next to nothing. Throws RangeError for invalid options, and InvalidActionError for a
 * malformed domain.
 */
export function observe(given: ObserveOptions): Observation {
  const options = resolveObserveOptions(given);
  const instruments = new Instruments(options.meterProvider.getMeter(SCOPE));
  const removals = [
    ...observeQueues(options, instruments),
    ...(options.worker ? observeWorker(options, options.worker, instruments) : []),
    startReports(options, instruments),
    observePersistence(options, instruments),
    meterEventLoop(instruments),
    () => instruments.stop(),
  ];
  return {
    stop: () => {
      for (const remove of removals.splice(0)) remove();
    },
  };
}

/** Metrics are innermost, so that they measure admissions without their spans. */
function observeQueues(
  { managers, tracerProvider }: ResolvedObserveOptions,
  instruments: Instruments,
): (() => void)[] {
  const traced = hasSdk(tracerProvider) ? [tracedSending(tracerProvider.getTracer(SCOPE))] : [];
  const metered = meteredSending(instruments, new BoundedLabel(MOST.domains));
  return managers.flatMap(({ observers }) =>
    [...traced, metered].map((each) => observers.add(each)),
  );
}

function observeWorker(
  { tracerProvider, relationOf, top }: ResolvedObserveOptions,
  worker: BaseWorker,
  instruments: Instruments,
): (() => void)[] {
  const window = new ShareWindow();
  const actionTypes = new BoundedLabel(MOST.actionTypes);
  meterFairness({ instruments, window, domain: worker.domain, top });
  const metered = meterWorking(worker, { instruments, actionTypes, window });
  if (!hasSdk(tracerProvider)) return [metered];
  const tracer = tracerProvider.getTracer(SCOPE);
  return [metered, traceProcessing(worker, { tracer, relationOf })];
}

function observePersistence(
  { recorder, outbox, everyMs }: ResolvedObserveOptions,
  instruments: Instruments,
): () => void {
  if (recorder) meterRecorder(instruments, recorder);
  return outbox ? meterOutbox(instruments, outbox, everyMs) : () => undefined;
}

function startReports(
  { managers: [queues], domains, everyMs }: ResolvedObserveOptions,
  instruments: Instruments,
): () => void {
  if (!queues || domains.length === 0) return () => undefined;
  const failures = instruments.counter(METRICS.readFailed);
  const failed = new PerLabels((domain) => failures.series({ [ATTRIBUTES.domain]: domain }));
  const onFailed = (domain: string): void => failed.of(domain).add(1);
  const reports = new DomainReports({ queues, domains, everyMs, onFailed });
  meterDomains(instruments, reports);
  reports.start();
  return () => reports.stop();
}
