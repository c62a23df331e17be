import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** A call of a model. */
export interface ModelCall {
  readonly operation: 'chat' | 'embeddings';
  readonly model: string;
}

/** Tokens of a call, if the endpoint states them. */
export interface ModelUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

/** The span of a call that runs. */
export interface ModelSpan {
  used(usage: ModelUsage): void;
  failed(error: unknown): void;
  end(): void;
}

/**
 * Starts the span of a call of a model, by the conventions for generative AI
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/). Prompts and answers are never recorded.
 */
export function startModelSpan({ operation, model }: ModelCall): ModelSpan {
  const attributes = {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': model,
  };
  const tracer = trace.getTracer('@nooble-examples/service-runtime');
  const span = tracer.startSpan(`${operation} ${model}`, { kind: SpanKind.CLIENT, attributes });
  return {
    used: ({ inputTokens, outputTokens }) => {
      if (inputTokens !== undefined) span.setAttribute('gen_ai.usage.input_tokens', inputTokens);
      if (outputTokens !== undefined) span.setAttribute('gen_ai.usage.output_tokens', outputTokens);
    },
    failed: (error) => {
      span.setAttribute('error.type', error instanceof Error ? error.name : '_OTHER');
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
    end: () => span.end(),
  };
}

/** Makes a span of a call that returns one response. */
export async function inModelSpan<Response>(
  call: ModelCall,
  run: (span: ModelSpan) => Promise<Response>,
): Promise<Response> {
  const span = startModelSpan(call);
  try {
    return await run(span);
  } catch (error) {
    span.failed(error);
    throw error;
  } finally {
    span.end();
  }
}
