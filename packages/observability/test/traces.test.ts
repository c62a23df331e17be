import { ActionProcessor } from '@nooble/worker';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import type { ObserveOptions } from '../src/observe-options.ts';
import { observe } from '../src/observe.ts';
import { startSpanReceiver } from '../src/receiver.ts';
import { traceFields } from '../src/traces/log-fields.ts';
import { linesOf } from './span-lines.ts';
import { acme, ask, generate, index, indexed, openStage, PATIENT } from './stage.ts';
import { keepContext, tracerOf } from './traced-service.ts';

const SECRET = 'the question is secret';

function watch(options: ObserveOptions): void {
  const { stop } = observe({ ...options, report: false });
  onTestFinished(stop);
}

/** A gateway, a query and an embedding service, each with its own tracer, and what they send to one receiver. */
async function openServices() {
  const bodies: string[] = [];
  const receiver = await startSpanReceiver({ onBody: (body) => bodies.push(body) });
  onTestFinished(receiver.stop);
  keepContext();
  const { managerOf, workerOf } = openStage();
  const [gateway, query, embedding] = [
    tracerOf('gateway', receiver.url),
    tracerOf('query', receiver.url),
    tracerOf('embedding', receiver.url),
  ] as const;
  const received = async () => {
    await Promise.all([gateway, query, embedding].map(async (tracer) => tracer.forceFlush()));
    return linesOf(receiver.spans);
  };
  return { receiver, bodies, managerOf, workerOf, gateway, query, embedding, received };
}

it('a question is one trace over both services: calls, callbacks, retries and the awaited reply', async () => {
  const { receiver, bodies, managerOf, workerOf, received, ...tracer } = await openServices();
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { mixin: traceFields, level: 'info' },
    { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const query = new ActionProcessor()
    .register(ask, async ({ data }, ctx) => {
      ctx.logger.info('Asked');
      await ctx.enqueue(index, data, { callback: indexed });
      await ctx.call('vector', generate, { data });
      return 'an answer';
    })
    .register(indexed, () => undefined);
  const embedding = new ActionProcessor()
    .register(index, () => 'indexed')
    .register(generate, (_action, { attempt }) => {
      if (attempt === 1) throw new Error(SECRET);
      return [1];
    });
  const answering = workerOf(query, { logger });
  const retry = { baseMs: 0, capMs: 0 };
  const embedder = workerOf(embedding, { concurrency: 1, prefetch: 0, retry });
  watch({ worker: answering, tracerProvider: tracer.query });
  watch({ worker: embedder, tracerProvider: tracer.embedding });
  const queues = managerOf();
  watch({ queues, tracerProvider: tracer.gateway });
  await Promise.all([answering.start(), embedder.start()]);

  const root = tracer.gateway.getTracer('test').startSpan('POST /questions');
  const asked = async () => queues.tenant(acme).request(ask, SECRET);
  expect(await context.with(trace.setSpan(context.active(), root), asked)).toBe('an answer');
  root.end();

  await expect
    .poll(received, PATIENT)
    .toEqual([
      'gateway: POST /questions',
      '  gateway: send query accepted',
      '    query: process query.ask 1 done',
      '      query: send embedding accepted',
      '        embedding: process embedding.index 1 done',
      '          query: process query.embedding.index.result 1 done',
      '      query: send embedding accepted',
      '        embedding: process embedding.generate 1 retry',
      '        embedding: process embedding.generate 2 done',
    ]);
  const { spans } = receiver;
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const failed = spans.find(({ attributes }) => attributes['nooble.outcome'] === 'retry');
  expect(failed).toMatchObject({
    kind: SpanKind.CONSUMER + 1,
    status: { code: SpanStatusCode.ERROR },
    events: ['settle'],
    attributes: {
      'messaging.system': 'nooble',
      'messaging.destination.name': 'embedding',
      'messaging.operation.name': 'process',
      'nooble.tenant.tier': 'free',
      'nooble.tenant.id': 'acme',
      'error.type': 'INTERNAL',
    },
  });
  expect(bodies.join('\n')).not.toContain(SECRET);
  const handled = spans.find(({ name }) => name === 'process query.ask');
  expect(lines.find(({ msg }) => msg === 'Asked')).toMatchObject({
    trace_id: handled?.traceId,
    span_id: handled?.spanId,
  });
});

it('a linked attempt begins its own trace, which names the sender', async () => {
  const { receiver, managerOf, workerOf, received, ...tracer } = await openServices();
  const worker = workerOf(new ActionProcessor().register(generate, () => [1]));
  watch({ worker, tracerProvider: tracer.embedding, relation: 'link' });
  const queues = managerOf();
  watch({ queues, tracerProvider: tracer.gateway });
  await worker.start();
  await queues.tenant(acme).request(generate, 'x');
  await expect
    .poll(received, PATIENT)
    .toEqual(['gateway: send embedding accepted', 'embedding: process embedding.generate 1 done']);
  const [sent, processed] = receiver.spans.toSorted((a, b) => a.kind - b.kind || 0);
  const [sender, attempt] = sent?.name === 'send embedding' ? [sent, processed] : [processed, sent];
  expect(attempt?.traceId).not.toBe(sender?.traceId);
  expect(attempt?.links).toMatchObject([{ traceId: sender?.traceId, spanId: sender?.spanId }]);
});

it('a refused action and invalid data are spans with their error, and no message', async () => {
  const { receiver, bodies, managerOf, workerOf, received, ...tracer } = await openServices();
  const worker = workerOf(new ActionProcessor().register(generate, () => [1]));
  watch({ worker, tracerProvider: tracer.embedding });
  const queues = managerOf({ tiers: { free: { perMinute: 1 } } });
  watch({ queues, tracerProvider: tracer.gateway });
  await worker.start();
  const fields = { ...acme, data: 1 as never };
  const action = { ...generate.create({ ...fields, data: SECRET }), data: { note: SECRET } };
  await queues.enqueue(action);
  await expect(queues.enqueue(generate.create({ ...acme, data: SECRET }))).rejects.toThrow();
  await expect
    .poll(async () => (await received()).toSorted(), PATIENT)
    .toEqual([
      '  embedding: process embedding.generate 1 dead',
      'gateway: send embedding accepted',
      'gateway: send embedding refused',
    ]);
  const types = receiver.spans.map(({ attributes }) => attributes['error.type']);
  expect(new Set(types)).toEqual(new Set(['RATE_LIMIT', 'VALIDATION', undefined]));
  expect(bodies.join('\n')).not.toContain(SECRET);
});

it('a collector that does not answer neither slows handlers nor fills the memory', async () => {
  keepContext();
  const { managerOf, workerOf } = openStage();
  let handedOut = 0;
  let isSilent = true;
  const pending: (() => void)[] = [];
  const exporter: SpanExporter = {
    export: (spans, done) => {
      handedOut += spans.length;
      pending.push(() => done({ code: ExportResultCode.SUCCESS }));
      if (!isSilent) for (const respond of pending.splice(0)) respond();
    },
    shutdown: async () => undefined,
  };
  const bounds = { maxQueueSize: 200, maxExportBatchSize: 100, scheduledDelayMillis: 1 };
  const batches = new BatchSpanProcessor(exporter, bounds);
  let kept = 0;
  const counting: SpanProcessor = {
    onStart: (span, parent) => batches.onStart(span, parent),
    onEnd: (span) => {
      kept += 1;
      batches.onEnd(span);
    },
    forceFlush: async () => batches.forceFlush(),
    shutdown: async () => batches.shutdown(),
  };
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [counting] });
  const worker = workerOf(new ActionProcessor().register(generate, () => [1]));
  const queues = managerOf({ tiers: { free: { perMinute: 1e6, perDay: 1e6, maxDepth: 1e6 } } });
  watch({ worker, queues, tracerProvider });
  await worker.start();
  let done = 0;
  worker.events.on('done', () => (done += 1));
  const texts = Array.from({ length: 2_000 }, () => 'x');
  await queues.tenant(acme).enqueueMany(generate, texts);
  await expect.poll(() => done, PATIENT).toBe(2_000);
  expect(kept).toBe(4_000);
  isSilent = false;
  for (const respond of pending.splice(0)) respond();
  await tracerProvider.shutdown();
  expect(handedOut).toBeLessThanOrEqual(bounds.maxQueueSize + bounds.maxExportBatchSize);
});
