import type { DomainAction } from '@nooble/models';
import type { ClaimedAction } from '@nooble/queue';
import type { ActionEvent, BaseWorker, WorkerEventMap } from '@nooble/worker';
import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { listen } from '../listen.ts';
import { ATTRIBUTES } from '../metric-facts.ts';
import { describe, samplingAttributes } from './span-attributes.ts';
import { spanContextOf, traceContextOf } from './trace-context.ts';

/** `parent`: the attempt is part of the trace of its sender; `link`: it begins a trace that is linked to it. */
export type Relation = 'parent' | 'link';

/** Dependencies of the spans of a worker. */
export interface ProcessingParts {
  readonly tracer: Tracer;
  readonly relationOf: (action: DomainAction) => Relation;
}

/** Endings after which the action did not reach what its caller wanted. */
const FAILED = new Set<keyof WorkerEventMap>(['retry', 'dead', 'expired', 'lost']);

/**
 * Makes a span of each attempt, from its start until the queue knows its outcome. Attempts of one action are siblings. Returns
 * a function that ends it.
 */
export function traceProcessing(worker: BaseWorker, parts: ProcessingParts): () => void {
  const spans = new AttemptSpans(parts);
  const removals = [
    listen(worker, 'started', (event) => spans.start(event)),
    listen(worker, 'overdue', ({ claimed }) => spans.note(claimed, 'overdue')),
    ...(['done', 'parked', 'cancelled', 'lost', 'released'] as const).map((status) =>
      listen(worker, status, ({ claimed }) => spans.end(claimed, status)),
    ),
    ...(['retry', 'throttled', 'unhandled', 'dead', 'expired'] as const).map((status) =>
      listen(worker, status, ({ claimed, error }) => spans.end(claimed, status, error.code)),
    ),
    worker.use(async (action, ctx, next) => {
      const span = spans.of(action);
      if (!span) return next();
      const trail = traceContextOf(span.spanContext());
      if (trail) ctx.continueTrace(trail);
      return context.with(trace.setSpan(context.active(), span), next);
    }),
  ];
  return () => {
    for (const remove of removals) remove();
    spans.endAll();
  };
}

/** The spans of the attempts that the queue does not know as ended yet. */
class AttemptSpans {
  readonly #parts: ProcessingParts;
  /** The recorded ones, by action and token: an action may be claimed again while an earlier attempt, which lost its lease, still runs. */
  readonly #spans = new Map<string, Span>();
  readonly #byAction = new WeakMap<DomainAction, Span>();

  constructor(parts: ProcessingParts) {
    this.#parts = parts;
  }

  start(event: ActionEvent): void {
    const { action, claimed } = event;
    if (!action) return;
    const span = startSpan(event, action, this.#parts);
    // Without an SDK there is nothing to continue.
    if (!isSpanContextValid(span.spanContext())) return;
    this.#byAction.set(action, span);
    if (span.isRecording()) this.#spans.set(keyOf(claimed), span);
  }

  of(action: DomainAction): Span | undefined {
    return this.#byAction.get(action);
  }

  note(claimed: ClaimedAction, what: string): void {
    this.#spans.get(keyOf(claimed))?.addEvent(what);
  }

  end(claimed: ClaimedAction, status: keyof WorkerEventMap, error?: string): void {
    if (this.#spans.size === 0) return;
    const key = keyOf(claimed);
    const span = this.#spans.get(key);
    if (!span) return;
    this.#spans.delete(key);
    settle(span, status, error);
  }

  endAll(): void {
    for (const span of this.#spans.values()) span.end();
    this.#spans.clear();
  }
}

function startSpan(
  { claimed, attempt }: ActionEvent,
  action: DomainAction,
  { tracer, relationOf }: ProcessingParts,
): Span {
  const sender = spanContextOf(action);
  const isLinked = sender !== undefined && relationOf(action) === 'link';
  const parent = sender && !isLinked ? trace.setSpanContext(ROOT_CONTEXT, sender) : ROOT_CONTEXT;
  const attributes = samplingAttributes(action, 'process');
  const links = isLinked ? [{ context: sender }] : [];
  const options = { kind: SpanKind.CONSUMER, attributes, links };
  const span = tracer.startSpan(`process ${action.actionType}`, options, parent);
  if (!span.isRecording()) return span;
  describe(span, action, 'process');
  return span.setAttributes({
    'nooble.attempt': attempt,
    'nooble.stalls': claimed.stalls,
    'nooble.waited_ms': Math.round(claimed.waitedMs),
  });
}

function settle(span: Span, status: keyof WorkerEventMap, error: string | undefined): void {
  span.addEvent('settle');
  span.setAttribute(ATTRIBUTES.outcome, status);
  const type = error ?? (status === 'lost' ? 'LEASE_LOST' : undefined);
  if (type !== undefined) span.setAttribute(ATTRIBUTES.error, type);
  if (FAILED.has(status)) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function keyOf({ lease: { actionId, token } }: ClaimedAction): string {
  return `${actionId} ${token}`;
}
