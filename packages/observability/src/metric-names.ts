import { DOMAIN_METRICS } from './domain-metrics.ts';
import type { MetricFacts } from './metric-facts.ts';
import { PERSISTENCE_METRICS } from './persistence-metrics.ts';
import { PROCESS_METRICS } from './process-metrics.ts';

/** All metrics of this package. `docs/observability.md` contains them as a table. */
export const METRICS = {
  ...PROCESS_METRICS,
  ...DOMAIN_METRICS,
  ...PERSISTENCE_METRICS,
} satisfies Record<string, MetricFacts>;

/** Upper bounds of the buckets of all histograms (s). */
export const BUCKETS_S = Object.freeze([
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
]);

/** Returns the name under which `@opentelemetry/exporter-prometheus` exposes a metric. */
export function prometheusName({ name, kind }: Pick<MetricFacts, 'name' | 'kind'>): string {
  const plain = name.replaceAll(/\W/g, '_');
  return kind === 'counter' ? `${plain}_total` : plain;
}
