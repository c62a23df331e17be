import { ATTRIBUTES, METRICS, prometheusName, type MetricFacts } from '@nooble/observability';

/** Names in an expression of Prometheus. */
export interface ExpressionNames {
  readonly series: readonly string[];
  readonly labels: readonly string[];
}

const WORDS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan']);
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/** Returns the names of series and labels that an expression uses. */
export function namesOf(expression: string): ExpressionNames {
  const plain = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const matchers = [...plain.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=|!)/g)].map(([, label = '']) => label),
  );
  const grouped = [...plain.matchAll(GROUPING)].flatMap(
    ([, list = '']) => list.match(/\w+/g) ?? [],
  );
  const rest = plain.replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ').replaceAll(GROUPING, ' ');
  const series = [...rest.matchAll(/(?<![\w.:])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name) && !/^(?:sum|max|min|avg|count|group|topk)$/.test(name));
  return { series, labels: [...matchers, ...grouped] };
}

/** Series that this project exposes, and `up`, which Prometheus adds. */
export function exposedSeries(): ReadonlySet<string> {
  const own = Object.values<MetricFacts>(METRICS).flatMap((metric) => {
    const name = prometheusName(metric);
    if (metric.kind !== 'histogram') return [name];
    return ['_bucket', '_sum', '_count'].map((suffix) => name + suffix);
  });
  return new Set([...own, 'up']);
}

/** Labels of these series. */
export function exposedLabels(): ReadonlySet<string> {
  const own = Object.values(ATTRIBUTES).map((name) => name.replaceAll('.', '_'));
  return new Set([...own, 'le', 'job', 'instance']);
}
