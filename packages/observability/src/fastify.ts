import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { omitWithdrawn, type CollectingReader } from './withdrawn.ts';

/** The part of a `PrometheusExporter` that responds to a scrape. */
export interface ScrapeHandler extends CollectingReader {
  getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Adds `GET /metrics` to a Fastify app. Create the exporter with `preventServerStart: true`, so that it opens no port, and pass it
 * to the `MeterProvider` as a reader. It omits withdrawn series (`omitWithdrawn`).
 */
export function prometheusEndpoint(app: FastifyInstance, exporter: ScrapeHandler): void {
  const reader = omitWithdrawn(exporter);
  app.get('/metrics', (request, reply) => {
    reply.hijack();
    reader.getMetricsRequestHandler(request.raw, reply.raw);
  });
}
