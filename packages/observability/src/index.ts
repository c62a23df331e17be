export { ATTRIBUTES, type MetricFacts } from './metric-facts.ts';
export { BUCKETS_S, METRICS, prometheusName } from './metric-names.ts';
