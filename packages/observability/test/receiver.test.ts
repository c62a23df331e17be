import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { spanTree, startSpanReceiver, type SpanNode } from '../src/receiver.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

interface Sent {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startMs: number;
}

/** A request with spans of one service. */
function bodyWith(spans: readonly Sent[]): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'query' } }] },
        scopeSpans: [
          {
            spans: spans.map(({ startMs, ...ids }) => ({
              ...ids,
              traceId: 'a1',
              name: `span ${ids.spanId}`,
              startTimeUnixNano: `1700000000${String(startMs).padStart(3, '0')}000000`,
              endTimeUnixNano: '1700000001000000000',
              attributes: [{ key: 'nooble.attempt', value: { intValue: 1 } }],
            })),
          },
        ],
      },
    ],
  });
}

async function openReceiver(keep?: (span: { spanId: string }) => boolean) {
  const receiver = await startSpanReceiver(keep ? { keep } : {});
  onTestFinished(receiver.stop);
  const post = async (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
    (await fetch(`${receiver.url}/v1/traces`, { method: 'POST', body, headers })).status;
  return { receiver, post };
}

const namesOf = (nodes: readonly SpanNode[]): unknown[] =>
  nodes.map(({ span, children }) => [span.spanId, ...namesOf(children)]);

it('receives spans, also compressed, and orders them as a tree', async () => {
  const { receiver, post } = await openReceiver();
  const later = { spanId: 'c', parentSpanId: 'a', startMs: 9 };
  expect(await post(bodyWith([later, { spanId: 'a', parentSpanId: 'gone', startMs: 2 }]))).toBe(
    200,
  );
  const packed = gzipSync(bodyWith([{ spanId: 'b', parentSpanId: 'a', startMs: 5 }]));
  expect(await post(packed, { ...JSON_TYPE, 'content-encoding': 'gzip' })).toBe(200);
  expect(namesOf(spanTree(receiver.spans))).toEqual([['a', ['b'], ['c']]]);
  expect(receiver.spans[0]).toMatchObject({
    service: 'query',
    startNs: 1_700_000_000_009_000_000n,
    attributes: { 'nooble.attempt': 1 },
  });
});

it('keeps only the spans that were chosen, and at most 10,000', async () => {
  const { receiver, post } = await openReceiver(({ spanId }) => spanId !== 'unwanted');
  const many = Array.from({ length: 10_001 }, (_, at) => ({ spanId: `s${at}`, startMs: 1 }));
  await post(bodyWith([...many, { spanId: 'unwanted', startMs: 1 }]));
  expect(receiver.spans).toHaveLength(10_000);
  expect(receiver.spans.at(0)?.spanId).toBe('s1');
});

it.each([
  ['no JSON', '{'],
  ['no traces', '{}'],
  ['a span without times', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}'],
])('refuses %s', async (_what, body) => {
  const { receiver, post } = await openReceiver();
  expect(await post(body)).toBe(400);
  expect(receiver.spans).toEqual([]);
});

it('refuses other formats, and other signals', async () => {
  const { receiver, post } = await openReceiver();
  expect(await post('x', { 'content-type': 'application/x-protobuf' })).toBe(415);
  expect((await fetch(`${receiver.url}/v1/metrics`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${receiver.url}/v1/traces`)).status).toBe(405);
});

it('has no root for spans that are parents of each other', () => {
  const span = { service: 'x', name: 'x', traceId: 't', kind: 1, startNs: 1n, endNs: 1n };
  const rest = { attributes: {}, events: [], links: [], status: {} };
  const [one, other] = [
    { ...span, ...rest, spanId: '1', parentSpanId: '2' },
    { ...span, ...rest, spanId: '2', parentSpanId: '1' },
  ];
  expect(spanTree([one, other])).toEqual([]);
});
