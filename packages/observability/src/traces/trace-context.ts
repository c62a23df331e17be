import {
  context,
  createTraceState,
  isSpanContextValid,
  trace,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';
import { reviseAction, type DomainAction } from '@nooble/models';
import type { TraceContext } from '@nooble/worker';

/** Version 00 of https://www.w3.org/TR/trace-context/#traceparent-header. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
/** Maximum length of a `tracestate` that is passed on (characters). */
const MAX_STATE = 512;

/** Returns the span context in the metadata of an action; undefined if there is none, or it is malformed. */
export function spanContextOf({
  metadata,
}: Pick<DomainAction, 'metadata'>): SpanContext | undefined {
  const { traceparent, tracestate } = metadata;
  if (typeof traceparent !== 'string') return undefined;
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  const found: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(isState(tracestate) && { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(found) ? found : undefined;
}

/** Returns a span context as it travels in the metadata of an action; undefined without an SDK. */
export function traceContextOf(span: SpanContext): TraceContext | undefined {
  if (!isSpanContextValid(span)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = span;
  const flags = traceFlags.toString(16).padStart(2, '0');
  const tracestate = traceState?.serialize() ?? '';
  const traceparent = `00-${traceId}-${spanId}-${flags}`;
  return isState(tracestate) ? { traceparent, tracestate } : { traceparent };
}

/** Returns a copy of an action that continues a span. Throws InvalidActionError for a malformed one. */
export function continuing(action: DomainAction, span: SpanContext): DomainAction {
  const trace = traceContextOf(span);
  if (!trace) return action;
  const { traceparent: _parent, tracestate: _state, ...metadata } = action.metadata;
  return reviseAction(action, { metadata: { ...metadata, ...trace } });
}

/** Returns the context in which an action is sent: that of the active span, else that of the action. */
export function sendingContext(action: DomainAction): Context {
  const active = context.active();
  if (trace.getSpan(active)) return active;
  const found = spanContextOf(action);
  return found ? trace.setSpanContext(active, found) : active;
}

function isState(state: unknown): state is string {
  return typeof state === 'string' && state !== '' && state.length <= MAX_STATE;
}
