import { isNoobleError } from '@nooble/errors';
import { domainOf } from '@nooble/models';
import type { QueueObserver } from '@nooble/queue';
import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { ATTRIBUTES } from '../metric-facts.ts';
import { errorTypeOf } from './error-type.ts';
import { describe, samplingAttributes } from './span-attributes.ts';
import { continuing, sendingContext } from './trace-context.ts';

/** Returns the observer that makes a span of each admission, which the action then continues. */
export function tracedSending(tracer: Tracer): QueueObserver {
  return {
    admit: async (action, admit) => {
      const parent = sendingContext(action);
      const attributes = samplingAttributes(action, 'send');
      const name = `send ${domainOf(action.actionType)}`;
      const span = tracer.startSpan(name, { kind: SpanKind.PRODUCER, attributes }, parent);
      if (!isSpanContextValid(span.spanContext())) return admit(action);
      if (span.isRecording()) describe(span, action, 'send');
      const sent = continuing(action, span.spanContext());
      try {
        const outcome = await context.with(trace.setSpan(parent, span), async () => admit(sent));
        if (isNoobleError(outcome)) fail(span, outcome);
        else span.setAttribute(ATTRIBUTES.outcome, outcome.status);
        return outcome;
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

/** Messages of errors may contain values, so that only their kind is recorded. */
function fail(span: Span, error: unknown): void {
  span.setAttributes({ [ATTRIBUTES.outcome]: 'refused', [ATTRIBUTES.error]: errorTypeOf(error) });
  span.setStatus({ code: SpanStatusCode.ERROR });
}
