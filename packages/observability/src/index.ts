export { ATTRIBUTES, type MetricFacts } from './metric-facts.ts';
export { BUCKETS_S, METRICS, prometheusName } from './metric-names.ts';
export { observe, type Observation } from './observe.ts';
export type { ObserveOptions, ReportOptions } from './observe-options.ts';
export { traceFields } from './traces/log-fields.ts';
export type { Relation } from './traces/processing.ts';
export { continuing, spanContextOf } from './traces/trace-context.ts';
export { omitWithdrawn, type CollectingReader } from './withdrawn.ts';
