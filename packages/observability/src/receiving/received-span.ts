/** A span as a receiver has read it. */
export interface ReceivedSpan {
  /** `service.name` of its resource. */
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty if it has no parent. */
  readonly parentSpanId: string;
  /** As on the wire: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Unix time (ns). */
  readonly startNs: bigint;
  /** Unix time (ns). */
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Names of its events. */
  readonly events: readonly string[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** The code is 2 for an error. */
  readonly status: { readonly code?: number };
}

interface Valued {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Fields that are empty may be absent. */
interface WireSpan {
  readonly name: unknown;
  readonly traceId: unknown;
  readonly spanId: unknown;
  readonly parentSpanId?: unknown;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Valued[];
  readonly events?: readonly { readonly name: unknown }[];
  readonly links?: ReceivedSpan['links'];
  readonly status?: ReceivedSpan['status'];
}

interface WireTraces {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes?: readonly Valued[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

/**
 * Returns the spans in a request of OTLP with JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). Throws
 * SyntaxError or TypeError if it is invalid.
 */
export function spansIn(body: string): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body) as WireTraces;
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const { 'service.name': service = '' } = valuesOf(resource?.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => readSpan(text(service), span)));
  });
}

function readSpan(service: string, wire: WireSpan): ReceivedSpan {
  const { parentSpanId = '', kind = 0, events = [], links = [], status = {} } = wire;
  return {
    service,
    name: text(wire.name),
    traceId: text(wire.traceId),
    spanId: text(wire.spanId),
    parentSpanId: text(parentSpanId),
    kind,
    startNs: BigInt(wire.startTimeUnixNano),
    endNs: BigInt(wire.endTimeUnixNano),
    attributes: valuesOf(wire.attributes),
    events: events.map(({ name }) => text(name)),
    links,
    status,
  };
}

/** Every value is an object with one field, whose name is its type. */
function valuesOf(attributes: readonly Valued[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('A field that must be a text is missing or has another type');
}
