import { spanTree, startSpanReceiver, type SpanNode } from '@nooble/observability/receiver';
import { context, trace } from '@opentelemetry/api';
import { expect, it, onTestFinished, vi } from 'vitest';
import { KEYS } from './client.ts';
import { startModel } from './model-server.ts';
import { openServices } from './stage.ts';

/** Returns the names of the spans, indented below their parents. */
function namesOf(nodes: readonly SpanNode[], depth = 0): string[] {
  return nodes.flatMap(({ span, children }) => [
    `${'  '.repeat(depth)}${span.name}`,
    ...namesOf(children, depth + 1),
  ]);
}

it('a question is one trace from the HTTP request to the model, and its text is in no span', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const bodies: string[] = [];
  const collector = await startSpanReceiver({
    keep: (span) => span.traceId === traceId,
    onBody: (body) => bodies.push(body),
  });
  onTestFinished(collector.stop);
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
    .poll(() => namesOf(spanTree(collector.spans)), { timeout: 20_000 })
    .toEqual([
      'POST /query',
      '  send query',
      '    process query.generate',
      '      send embedding',
      '        process embedding.generate',
      '      chat gpt-4o-mini',
    ]);
  expect(bodies.join('\n')).not.toContain(question);
  expect(bodies.join('\n')).not.toContain('acme-secret');
});
