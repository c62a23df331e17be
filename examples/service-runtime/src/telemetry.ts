import { context, trace } from '@opentelemetry/api';
import type { MeterProvider as Meters, TracerProvider } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { HttpSettings } from './service-settings.ts';

/** Maximum time that a stopping service waits for a collector (ms). */
const FLUSH_MS = 2_000;

/** The OpenTelemetry SDK of a service. */
export interface Telemetry {
  readonly providers: { readonly tracerProvider: TracerProvider; readonly meterProvider: Meters };
  /** Responds to scrapes. */
  readonly exporter: PrometheusExporter;
  /** Sends what is left. Never rejects. */
  stop(): Promise<void>;
}

/** Starts the SDK of a service. Spans are only made if there is a collector to send them to. */
export function startTelemetry(
  settings: Pick<HttpSettings, 'serviceName' | 'serviceVersion' | 'otelExporterOtlpEndpoint'>,
): Telemetry {
  const { serviceName, serviceVersion, otelExporterOtlpEndpoint: endpoint } = settings;
  const resource = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': serviceVersion,
  });
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const meterProvider = new MeterProvider({ resource, readers: [exporter] });
  const tracers = endpoint === undefined ? undefined : tracersTo(endpoint, resource);
  return {
    providers: { tracerProvider: tracers ?? trace.getTracerProvider(), meterProvider },
    exporter,
    stop: async () => {
      const ended = Promise.allSettled([tracers?.shutdown(), meterProvider.shutdown()]);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, FLUSH_MS).unref())]);
    },
  };
}

/** The first tracer provider of a process becomes the global one, which the spans of model calls use. */
function tracersTo(
  endpoint: string,
  resource: ReturnType<typeof resourceFromAttributes>,
): BasicTracerProvider {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter({ url }))];
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return provider;
}
