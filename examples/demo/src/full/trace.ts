import { randomBytes } from 'node:crypto';
import { spanTree, type ReceivedSpan, type SpanReceiver } from '@nooble/observability/receiver';
import { generateAnswer, generateEmbeddings } from '@nooble-examples/contracts';
import { withDeadline } from '../deadline.ts';
import { duration } from '../layout.ts';
import type { Screen } from '../screen.ts';
import { COLLECTION } from '../tenants.ts';
import { traceHeader, traceRows } from './trace-rows.ts';

const ANSWER_MS = 120_000;
const SPANS_MS = 5_000;
/** Spans that end last in their service: the others have arrived before. */
const LAST = [
  'POST /query',
  `process ${generateAnswer.type}`,
  `process ${generateEmbeddings.type}`,
];
const COLOURS = {
  gateway: 'magenta',
  query: 'cyan',
  embedding: 'yellow',
} as const;

/** A question over HTTP. */
export interface AskedOverHttp {
  /** URL of the gateway. */
  readonly gateway: string;
  readonly apiKey: string;
  readonly query: string;
  /** Id of its trace. */
  readonly traceId: string;
  /** The receiver of this trace alone. */
  readonly receiver: SpanReceiver;
}

/** Asks a question over HTTP, and shows its trace through all services. */
export async function showTrace(screen: Screen, asked: AskedOverHttp): Promise<void> {
  screen.heading('The same question over HTTP, and its trace through the services');
  const startedMs = performance.now();
  const { status, body } = await post(asked);
  const time = duration(performance.now() - startedMs);
  screen.line(`  POST ${asked.gateway}/query`);
  screen.line(`  HTTP ${status} after ${time}`);
  if (status !== 200) throw new Error(`The gateway did not answer the question: ${body}`);
  await untilReceived(asked.receiver);
  screen.line();
  screen.row(`  ${traceHeader()}`, 'dim');
  for (const { service, text } of traceRows(spanTree(asked.receiver.spans), screen.rowWidth - 2)) {
    screen.row(`  ${text}`, COLOURS[service as keyof typeof COLOURS] ?? 'reset');
  }
}

/** Returns the id of the question, from a span of its attempt. */
export function askedActionId(spans: readonly ReceivedSpan[]): string | undefined {
  const attempt = spans.find(({ name }) => name === `process ${generateAnswer.type}`);
  const id = attempt?.attributes['messaging.message.id'];
  return typeof id === 'string' ? id : undefined;
}

/** The demo is the caller, which begins the trace. */
async function post({ gateway, apiKey, query, traceId }: AskedOverHttp) {
  const response = await fetch(`${gateway}/query`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    },
    body: JSON.stringify({ query, collection: COLLECTION }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return { status: response.status, body: await response.text() };
}

/** Spans that do not arrive in time are not shown. */
async function untilReceived({ spans, events }: SpanReceiver): Promise<void> {
  const complete = new Promise<void>((resolve) => {
    const look = (): void => {
      if (LAST.every((name) => spans.some((span) => span.name === name && hasSettled(span))))
        resolve();
    };
    events.on('received', look);
    look();
  });
  const patience = { waitingFor: 'the spans', ms: SPANS_MS };
  await withDeadline(patience, async () => complete).catch(() => undefined);
}

/** An attempt that was parked or failed is followed by another one. */
function hasSettled({ attributes }: ReceivedSpan): boolean {
  return !['parked', 'retry'].includes(String(attributes['nooble.outcome']));
}
