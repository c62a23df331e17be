import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import { spanContextOf } from '@nooble/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Routes of probes and scrapes, which would fill a collector. */
const UNTRACED = new Set(['/health', '/ready', '/metrics']);

/** Makes a span of each request, which continues the trace of its caller. Paths are those of routes: a URL may contain a token. */
export function traceRequests(app: FastifyInstance, provider: TracerProvider): void {
  const tracer = provider.getTracer('@nooble-examples/service-runtime');
  app.addHook('onRequest', (request, reply, done) => {
    const { url: route = 'unknown' } = request.routeOptions;
    if (UNTRACED.has(route)) return done();
    const attributes = { 'http.request.method': request.method, 'http.route': route };
    const options = { kind: SpanKind.SERVER, attributes };
    const span = tracer.startSpan(`${request.method} ${route}`, options, callerOf(request));
    reply.raw.once('close', () => {
      const { statusCode } = reply.raw;
      span.setAttribute('http.response.status_code', statusCode);
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    return context.with(trace.setSpan(context.active(), span), done);
  });
}

function callerOf({ headers }: FastifyRequest) {
  const { traceparent, tracestate } = headers;
  const caller = spanContextOf({ metadata: { traceparent, tracestate } });
  return caller ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT;
}
