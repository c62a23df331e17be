import { expect, it } from 'vitest';
import { dashboards } from '../src/dashboards/all.ts';
import { grafanaJson } from '../src/dashboards/dashboard.ts';
import { allRules, namesIn, read, textOf } from './deployed.ts';
import { exposedLabels, exposedSeries, namesOf } from './expression-names.ts';

const known = new Set([
  ...exposedSeries(),
  ...allRules().flatMap(({ record }) => record ?? []),
  // Prometheus adds it.
  'ALERTS',
]);
const labels = new Set([...exposedLabels(), 'alertname', 'alertstate']);
const queries = dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));

it.each(dashboards.map((each) => [each.name, each] as const))(
  'grafana/%s.json is current: node deploy/scripts/write-dashboards.mjs',
  (name, dashboard) => {
    expect(textOf(`grafana/${name}.json`)).toBe(grafanaJson(dashboard));
  },
);

it('each file is a dashboard', () => {
  const files = namesIn('deploy/grafana', '.json');
  expect(files.toSorted()).toEqual(dashboards.map(({ name }) => name).toSorted());
});

it('the dashboards use only series that are exposed or recorded', () => {
  const used = queries.flatMap(({ expr }) => namesOf(expr).series);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

it('the dashboards and their legends use only labels that are exposed', () => {
  const used = queries.flatMap(({ expr }) => namesOf(expr).labels);
  const shown = queries.flatMap(({ legend }) =>
    [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
  );
  expect([...used, ...shown].filter((name) => !labels.has(name))).toEqual([]);
});

it('each metric of the registry is in a dashboard or in a rule', () => {
  const expressions = [...queries, ...allRules()].map(({ expr }) => expr).join('\n');
  const unused = [...exposedSeries()].filter((name) => {
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    return !expressions.includes(base);
  });
  expect(unused).toEqual([]);
});

it('panels do not overlap and fit the width of the page', () => {
  for (const { name } of dashboards) {
    const { panels } = read(`grafana/${name}.json`) as {
      panels: { gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  }
});
