import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { context, trace } from '@opentelemetry/api';
import { expect, it, onTestFinished, vi } from 'vitest';
import { KEYS } from './client.ts';
import { startModel } from './model-server.ts';
import { openServices } from './stage.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
}

interface Traces {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: Span[] }[] }[];
}

/** Receives spans over OTLP/HTTP with JSON. */
async function startCollector() {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      bodies.push(JSON.stringify(body));
      const { resourceSpans } = body as Traces;
      spans.push(...resourceSpans.flatMap((each) => each.scopeSpans).flatMap((each) => each.spans));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, bodies };
}

/** Returns the spans of one trace, indented below their parents. */
function treeOf(spans: readonly Span[], traceId: string): string[] {
  const own = spans.filter((span) => span.traceId === traceId);
  const startOf = (span: Span): bigint => BigInt(span.startTimeUnixNano);
  const ordered = own.toSorted((a, b) => Number(startOf(a) - startOf(b)));
  const known = new Set(own.map(({ spanId }) => spanId));
  const below = (parentId: string | undefined, depth: number): string[] =>
    ordered
      .filter(({ parentSpanId = '' }) =>
        parentId === undefined ? !known.has(parentSpanId) : parentSpanId === parentId,
      )
      .flatMap(({ name, spanId }) => [`${'  '.repeat(depth)}${name}`, ...below(spanId, depth + 1)]);
  return below(undefined, 0);
}

it('a question is one trace from the HTTP request to the model, and its text is in no span', async () => {
  const collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '50');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    trace.disable();
    context.disable();
  });
  const model = await startModel();
  const { startReplica } = await openServices(model.url, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  const { url } = await startReplica({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const question = 'What is the secret of acme?';
  const asked = fetch(`${url}/query`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${KEYS.acme}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify({ query: question, collection: 'docs' }),
  });
  await expect.poll(() => model.open(), { timeout: 20_000 }).toBe(1);
  model.say('acme-secret [1]');
  model.finish();
  expect((await asked).status).toBe(200);
  await expect
    .poll(() => treeOf(collector.spans, traceId), { timeout: 20_000 })
    .toEqual([
      'POST /query',
      '  send query',
      '    process query.generate',
      '      send embedding',
      '        process embedding.generate',
      '      chat gpt-4o-mini',
    ]);
  expect(collector.bodies.join('\n')).not.toContain(question);
  expect(collector.bodies.join('\n')).not.toContain('acme-secret');
});
