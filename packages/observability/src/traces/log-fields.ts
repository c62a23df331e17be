import { isSpanContextValid, trace } from '@opentelemetry/api';

/**
 * Returns `trace_id` and `span_id` of the active span, and nothing without one. Use it as the mixin of a pino logger, so that the
 * lines of a handler belong to its trace: `pino({ mixin: traceFields })`.
 */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}
