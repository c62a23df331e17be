import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ATTRIBUTES,
  BUCKETS_S,
  METRICS,
  prometheusName,
  type MetricFacts,
} from '@nooble/observability';

/** Values of each attribute; a metric has a series for every combination of the values of its attributes. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  [ATTRIBUTES.domain]: ['embedding', 'query'],
  [ATTRIBUTES.tier]: ['enterprise', 'free'],
  [ATTRIBUTES.tenant]: ['acme', '_other'],
  [ATTRIBUTES.outcome]: ['done', 'retry', 'accepted', 'refused'],
};

/** An exporter with all metrics of `@nooble/observability`. */
export interface Exporter {
  /** `host:port`. */
  readonly target: string;
  /** Values of metrics by their name in Prometheus, where they are not those of a healthy service. */
  readonly values: Map<string, number>;
  close(): Promise<void>;
}

export async function startExporter(): Promise<Exporter> {
  const values = new Map<string, number>();
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes += 1;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(exposition(scrapes, values));
  });
  const port = await listening(server);
  return { target: `127.0.0.1:${port}`, values, close: async () => closed(server) };
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Counters and histograms grow with each scrape, unless a value is given. */
function exposition(scrapes: number, values: ReadonlyMap<string, number>): string {
  const lines = Object.values<MetricFacts>(METRICS).flatMap((metric) => {
    const name = prometheusName(metric);
    const series = combinations(metric.attributes);
    const type = `# TYPE ${name} ${metric.kind}`;
    if (metric.kind === 'histogram')
      return [type, ...series.flatMap((labels) => histogram(name, labels, scrapes))];
    const value = values.get(name) ?? (metric.kind === 'counter' ? scrapes : 0.5);
    return [type, ...series.map((labels) => `${name}{${labels.join()}} ${value}`)];
  });
  return `${lines.join('\n')}\n`;
}

function histogram(name: string, labels: readonly string[], count: number): string[] {
  const bounds = [...BUCKETS_S.map(String), '+Inf'];
  const buckets = bounds.map(
    (le) => `${name}_bucket{${[...labels, `le="${le}"`].join()}} ${count}`,
  );
  const rest = labels.join();
  return [...buckets, `${name}_sum{${rest}} ${count}`, `${name}_count{${rest}} ${count}`];
}

function combinations(attributes: readonly string[]): string[][] {
  return attributes.reduce<string[][]>(
    (all, attribute) =>
      all.flatMap((labels) =>
        (VALUES[attribute] ?? ['any']).map((value) => [...labels, labelOf(attribute, value)]),
      ),
    [[]],
  );
}

function labelOf(attribute: string, value: string): string {
  return `${attribute.replaceAll('.', '_')}="${value}"`;
}
