import { expect, it } from 'vitest';
import { findMonitoring } from '../src/monitoring-programs.ts';
import { allRules, namesIn, outputWith, read, type Rule } from './deployed.ts';
import { exposedLabels, exposedSeries, namesOf } from './expression-names.ts';

interface RuleTest {
  readonly alert_rule_test: { readonly alertname: string; readonly exp_alerts: unknown[] }[];
}

const RUNBOOKS = 'https://github.com/nooble/nooble/blob/main/docs/operations/runbooks';
const rules = allRules();
const alerts = rules.filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined);
const names = [...new Set(alerts.map(({ alert }) => alert))];

it('promtool finds no error in the rules', async () => {
  const { promtool, env } = await findMonitoring();
  const args = ['check', 'rules', 'rules.yml'];
  const output = await outputWith(promtool, args, { env, folder: 'prometheus' });
  expect(output).toContain(`SUCCESS: ${rules.length} rules found`);
}, 120_000);

it('promtool finds no error in the configuration of Prometheus', async () => {
  const { promtool, env } = await findMonitoring();
  const args = ['check', 'config', 'prometheus.yml'];
  const output = await outputWith(promtool, args, { env, folder: 'prometheus' });
  expect(output).toContain('is valid prometheus config');
});

it('each alert fires and stays silent as its test says', async () => {
  const { promtool, env } = await findMonitoring();
  const args = ['test', 'rules', 'rules.test.yml'];
  const output = await outputWith(promtool, args, { env, folder: 'prometheus' });
  expect(output).not.toContain('FAILED');
  expect(output).toContain('SUCCESS');
}, 120_000);

it('amtool finds no error in the routing', async () => {
  const { amtool, env } = await findMonitoring();
  const args = ['check-config', 'alertmanager.yml'];
  const output = await outputWith(amtool, args, { env, folder: 'prometheus' });
  expect(output).toContain('SUCCESS');
});

it('each alert has a test in which it fires and one in which it does not', () => {
  const { tests } = read('prometheus/rules.test.yml') as { tests: RuleTest[] };
  const all = tests.flatMap(({ alert_rule_test: each }) => each);
  const tested = (fires: boolean) =>
    all.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map((each) => each.alertname);
  expect([...new Set(tested(true))].toSorted()).toEqual(names.toSorted());
  expect([...new Set(tested(false))].toSorted()).toEqual(names.toSorted());
});

it('each alert has a severity, a summary, a description and a link to its runbook', () => {
  for (const { alert, labels, annotations } of alerts) {
    expect(['critical', 'warning', 'info']).toContain(labels?.['severity']);
    expect(Object.keys(annotations ?? {})).toEqual(['summary', 'description', 'runbook_url']);
    expect(annotations?.['runbook_url']).toBe(`${RUNBOOKS}/${alert}.md`);
  }
});

it('each alert has a runbook, and each runbook an alert', () => {
  const pages = namesIn('docs/operations/runbooks', '.md').filter((name) => name !== 'README');
  expect(pages.toSorted()).toEqual(names.toSorted());
});

it('the rules use only series that are exposed or recorded', () => {
  const known = new Set([...exposedSeries(), ...rules.flatMap(({ record }) => record ?? [])]);
  const used = rules.flatMap(({ expr }) => namesOf(expr).series);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

it('the rules use only labels that are exposed', () => {
  const used = rules.flatMap(({ expr }) => namesOf(expr).labels);
  expect(used.filter((name) => !exposedLabels().has(name))).toEqual([]);
});

it('finds the names in an expression', () => {
  const expression = `topk(5, sum by (job, le) (rate(some_total{kind=~"a|b"}[5m])))
    and on (tenant) group_left () other:series:max > 1e3 or vector(2)`;
  expect(namesOf(expression)).toEqual({
    series: ['some_total', 'other:series:max'],
    labels: ['kind', 'job', 'le', 'tenant'],
  });
});
