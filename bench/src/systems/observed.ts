import { observe } from '@nooble/observability';
import { context, type TracerProvider } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ExportResultCode } from '@opentelemetry/core';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { noobleWith } from './nooble.ts';
import type { System } from './system.ts';

/** Interval of the collection of metrics (ms). */
const EVERY_MS = 1_000;
const SAMPLED = 0.1;

/** Nooble with metrics, which are collected and dropped. */
export function withMetrics(): System {
  return observedBy(undefined);
}

/** Nooble with metrics and sampled traces, which are collected and dropped. */
export function withTraces(): System {
  const spanProcessors = [new BatchSpanProcessor(dropping)];
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(SAMPLED) });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return observedBy(new BasicTracerProvider({ sampler, spanProcessors }));
}

function observedBy(tracerProvider: TracerProvider | undefined): System {
  const reader = new PeriodicExportingMetricReader({
    exporter: droppingMetrics,
    exportIntervalMillis: EVERY_MS,
    exportTimeoutMillis: EVERY_MS,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const traces = tracerProvider ? { tracerProvider } : {};
  return noobleWith((parts) => observe({ ...parts, ...traces, meterProvider }));
}

const dropping: SpanExporter = {
  export: (_spans, done) => done({ code: ExportResultCode.SUCCESS }),
  shutdown: async () => undefined,
};

const droppingMetrics: PushMetricExporter = {
  export: (_metrics, done) => done({ code: ExportResultCode.SUCCESS }),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
  selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
};
