import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { spansIn, type ReceivedSpan } from './received-span.ts';

/** Maximum size of a request (bytes). */
const MAX_BYTES = 16 * 1024 * 1024;
/** Maximum number of spans that are kept; older ones are dropped. */
const MAX_SPANS = 10_000;

/** Options of a receiver of spans. */
export interface SpanReceiverOptions {
  /** Returns true for a span to keep. @default all */
  readonly keep?: (span: ReceivedSpan) => boolean;
  /** Called with the text of each request, to look for what must not be in it. @default ignored */
  readonly onBody?: (body: string) => void;
}

/** A receiver of spans on loopback. */
export interface SpanReceiver {
  /** Endpoint for `OTEL_EXPORTER_OTLP_ENDPOINT`; an exporter adds `/v1/traces`. */
  readonly url: string;
  /** Spans that were received, in the order of their arrival: the last 10,000. */
  readonly spans: readonly ReceivedSpan[];
  /** `received` follows each request with spans. */
  readonly events: EventEmitter<{ received: [] }>;
  stop(this: void): Promise<void>;
}

/**
 * Starts a receiver of spans over OTLP/HTTP with JSON on a free port of the loopback: for tests that assert traces, and for
 * demonstrations. It is no collector: it keeps spans in memory and passes nothing on.
 */
export async function startSpanReceiver({
  keep = () => true,
  onBody = () => {},
}: SpanReceiverOptions = {}): Promise<SpanReceiver> {
  const spans: ReceivedSpan[] = [];
  const events = new EventEmitter<{ received: [] }>();
  const server = createServer((request, response) => {
    void receive(request, response, (body) => {
      onBody(body);
      spans.push(...spansIn(body).filter(keep));
      spans.splice(0, spans.length - MAX_SPANS);
      events.emit('received');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, events, stop };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  take: (body: string) => void,
): Promise<void> {
  const status = statusOf(request);
  if (status !== 200) return void response.writeHead(status).end();
  try {
    take(await textOf(request));
  } catch {
    // Also if the client has closed the connection: nobody reads the response then.
    return void response.writeHead(400).end();
  }
  return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

function statusOf({ method, url, headers }: IncomingMessage): number {
  if (url !== '/v1/traces') return 404;
  if (method !== 'POST') return 405;
  if (headers['content-type']?.startsWith('application/json') !== true) return 415;
  return Number(headers['content-length'] ?? 0) > MAX_BYTES ? 413 : 200;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const body = await buffer(request);
  const isPacked = request.headers['content-encoding'] === 'gzip';
  return (isPacked ? gunzipSync(body, { maxOutputLength: MAX_BYTES }) : body).toString();
}
