import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** The part of a `PrometheusExporter` that answers a scrape. */
export interface ScrapeHandler {
  getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Adds `GET /metrics` to a Fastify app. Create the exporter with `preventServerStart: true`, so that it opens no port, and pass it
 * to the `MeterProvider` as a reader.
 */
export function prometheusEndpoint(app: FastifyInstance, exporter: ScrapeHandler): void {
  app.get('/metrics', (request, reply) => {
    reply.hijack();
    exporter.getMetricsRequestHandler(request.raw, reply.raw);
  });
}
