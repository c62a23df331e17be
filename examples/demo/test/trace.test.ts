import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { spanTree, startSpanReceiver, type SpanNode } from '@nooble/observability/receiver';
import { expect, it, onTestFinished } from 'vitest';
import { showTrace } from '../src/full/trace.ts';
import { Screen } from '../src/screen.ts';
import { StandInModel } from '../src/stand-in-model.ts';
import { acme, indexAction, openStage } from './stage.ts';

const API_KEY = 'key-of-acme-0000000001';
const TREE = [
  'gateway: POST /query',
  '  gateway: send query',
  '    query: process query.generate',
  '      query: send embedding',
  '        embedding: process embedding.generate',
  '      query: chat stand-in',
];

function linesOf(nodes: readonly SpanNode[], depth = 0): string[] {
  return nodes.flatMap(({ span: { service, name }, children }) => [
    `${'  '.repeat(depth)}${service}: ${name}`,
    ...linesOf(children, depth + 1),
  ]);
}

// One test, because each process takes a second of processor time.
it('the question over HTTP is one trace over three processes, shown as a tree; a refusal is an error with its reason', async () => {
  const traceId = randomBytes(16).toString('hex');
  const receiver = await startSpanReceiver({ keep: (span) => span.traceId === traceId });
  onTestFinished(receiver.stop);
  const model = new StandInModel();
  const modelUrl = await model.start();
  onTestFinished(async () => model.stop());
  const { queues, answers, start } = await openStage();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  const [gateway] = await Promise.all([
    start('gateway', { ...traced, GATEWAY_API_KEYS: `${API_KEY}=${acme.tenantId}:enterprise` }),
    start('query-service', { ...traced, LLM_BASE_URL: modelUrl, LLM_MODEL: 'stand-in' }),
    start('embedding-service', traced),
  ]);
  await queues.enqueue(indexAction(1, { paragraphs: 3 }));
  await expect.poll(() => answers.indexed.length, { timeout: 20_000 }).toBe(1);

  const out = new PassThrough();
  const screen = new Screen(out as unknown as NodeJS.WriteStream);
  const asked = { gateway: gateway.url, query: 'What is in part 2?', traceId, receiver };
  await expect(showTrace(screen, { ...asked, apiKey: 'wrong', traceId: '' })).rejects.toThrow(
    /did not answer .*UNAUTHENTICATED/,
  );
  await showTrace(screen, { ...asked, apiKey: API_KEY });

  expect(linesOf(spanTree(receiver.spans))).toEqual(TREE);
  const shown = String(out.read());
  const rows = [
    ...shown.matchAll(/^ {2}([ │├└]*)(\S+ \S+) +(\w+) +[\d.]+ m?s +[\d.]+ m?s .*[█▏]$/gmu),
  ];
  expect(
    rows.map(([, branch = '', name, service]) => `${' '.repeat(branch.length)}${service}: ${name}`),
  ).toEqual(TREE);
  expect(shown.split('\n').filter((line) => line.length > 100)).toEqual([]);
});
