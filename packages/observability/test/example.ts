import { defineAction } from '@nooble/models';
import { observe, traceFields } from '@nooble/observability';
import { prometheusEndpoint } from '@nooble/observability/fastify';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import Fastify from 'fastify';
import { pino } from 'pino';
import { z } from 'zod';

// The SDK belongs to the service. Traces are set up in the same way.
const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
const meterProvider = new MeterProvider({ readers: [exporter] });
metrics.setGlobalMeterProvider(meterProvider);
const app = Fastify();
prometheusEndpoint(app, exporter);

const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const greet = defineAction('greeting.create', { data: z.string(), result: z.string() });
const processor = new ActionProcessor().register(greet, ({ data }) => `Hello, ${data}!`);
const logger = pino({ mixin: traceFields });
const worker = new BaseWorker({ redis, processor, logger });

const observation = observe({ worker, tenants: { top: 20 } });
await worker.start();
const acme = worker.queues.tenant({ tenantId: 'acme', tenantTier: 'free' });
await acme.request(greet, 'Ada');
export const { body: scraped } = await app.inject('/metrics');

await worker.stop();
observation.stop();
await meterProvider.shutdown();
await app.close();
