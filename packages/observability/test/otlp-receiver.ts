import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Valued {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly attributes: readonly Valued[];
  readonly events: readonly { readonly name: string }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number };
}

interface WireTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Valued[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

/** A span as it was received. */
export interface ReceivedSpan extends Omit<WireSpan, 'attributes' | 'events'> {
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
}

/** Receives spans over OTLP/HTTP with JSON (https://opentelemetry.io/docs/specs/otlp/), on a free port of the loopback. */
export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      bodies.push(JSON.stringify(body));
      spans.push(...spansIn(body as WireTraces));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/v1/traces`, spans, bodies, stop };
}

function spansIn({ resourceSpans }: WireTraces): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        service,
        attributes: valuesOf(span.attributes),
        events: span.events.map(({ name }) => name),
      })),
    );
  });
}

function valuesOf(attributes: readonly Valued[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** Returns the spans as an indented tree: service, name, attempt and outcome. Siblings are in the order of their start. */
export function treeOf(spans: readonly ReceivedSpan[]): string[] {
  const ordered = spans.toSorted((a, b) =>
    Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)),
  );
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parentId: string | undefined, depth: number): string[] =>
    ordered
      .filter(({ parentSpanId = '' }) =>
        parentId === undefined ? !ids.has(parentSpanId) : parentSpanId === parentId,
      )
      .flatMap((span) => [lineOf(span, depth), ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}

function lineOf({ service, name, attributes }: ReceivedSpan, depth: number): string {
  const { 'nooble.attempt': attempt, 'nooble.outcome': outcome } = attributes;
  const facts = [attempt, outcome].filter((each) => each !== undefined);
  return [`${'  '.repeat(depth)}${service}: ${name}`, ...facts.map(String)].join(' ');
}
