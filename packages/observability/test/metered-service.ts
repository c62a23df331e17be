import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import Fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { prometheusEndpoint } from '../src/fastify.ts';

/** A service with a meter and `GET /metrics`. `series` returns the lines of a scrape, without comments. */
export function openMetered() {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const app: FastifyInstance = Fastify();
  prometheusEndpoint(app, exporter);
  onTestFinished(async () => {
    await meterProvider.shutdown();
    await app.close();
  });
  const scrape = async (): Promise<string> => {
    const { body } = await app.inject({ method: 'GET', url: '/metrics' });
    return body;
  };
  const series = async (name = ''): Promise<string[]> => {
    const lines = (await scrape()).split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#') && line.startsWith(name));
  };
  return { meterProvider, scrape, series, app };
}
