import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { METRICS, prometheusName } from '@nooble/observability';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { dashboards } from '../src/dashboards/all.ts';
import { startMonitoring, type Monitoring } from '../src/monitoring.ts';
import { findMonitoring } from '../src/monitoring-programs.ts';
import { scalingQueries } from './deployed.ts';
import { startExporter, type Exporter } from './exporter.ts';
import { startWebhook, type SentAlert, type Webhook } from '../src/webhook.ts';

/** Far above what is needed, because the machine may be busy. */
const PATIENCE = { timeout: 60_000, interval: 50 };

let exporter: Exporter;
let webhook: Webhook;
let monitoring: Monitoring;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nooble-monitoring-'));
  exporter = await startExporter();
  webhook = await startWebhook();
  monitoring = await startMonitoring({
    programs: await findMonitoring(),
    directory,
    targets: [exporter.target],
    webhook: webhook.url,
    intervalMs: 500,
  });
}, 120_000);

afterAll(async () => {
  await monitoring?.stop();
  await exporter?.close();
  await webhook?.close();
  await rm(directory, { recursive: true, force: true });
});

it('an alert reaches its receiver, and so does its end', async () => {
  exporter.values.set(prometheusName(METRICS.workers), 0);
  const firing = await sent('firing');
  expect(firing.labels['severity']).toBe('critical');
  expect(firing.annotations['runbook_url']).toMatch(/NoobleNoWorkers\.md$/);
  exporter.values.set(prometheusName(METRICS.workers), 2);
  await sent('resolved');
}, 120_000);

it.each(dashboards.map((each) => [each.name, each] as const))(
  'Prometheus returns series for every expression of the dashboard %s',
  async (_name, { panels }) => {
    const queries = panels.flatMap((panel) => panel.queries);
    await untilSeries(queries.map(({ expr }) => expr));
  },
  120_000,
);

it('Prometheus returns a number for each expression by which KEDA scales', async () => {
  const queries = scalingQueries();
  expect(queries.length).toBeGreaterThan(0);
  await untilSeries(queries);
}, 120_000);

it('Prometheus returns the domains and tiers that a dashboard can choose', async () => {
  const query = new URLSearchParams({ 'match[]': 'nooble_domain_waiting' });
  for (const [label, values] of [
    ['messaging_destination_name', ['embedding', 'query']],
    ['nooble_tenant_tier', ['enterprise', 'free']],
  ] as const) {
    const url = `${monitoring.prometheusUrl}/api/v1/label/${label}/values?${query.toString()}`;
    const { data } = (await (await fetch(url)).json()) as { data: string[] };
    expect(data).toEqual(values);
  }
});

/** Waits until the webhook has received the alert of a domain without workers. */
async function sent(status: SentAlert['status']): Promise<SentAlert> {
  return vi.waitFor(() => {
    const found = webhook.alerts.find(
      (alert) => alert.status === status && alert.labels['alertname'] === 'NoobleNoWorkers',
    );
    expect(found).toBeDefined();
    return found as SentAlert;
  }, PATIENCE);
}

/** Waits until all expressions have series: a late scrape on a busy machine makes them absent for a moment. */
async function untilSeries(expressions: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const empty = await Promise.all(expressions.map(seriesOf));
    expect(empty.flat()).toEqual([]);
  }, PATIENCE);
}

/** Returns nothing if the expression has series, else the expression, with the reason if it is wrong. */
async function seriesOf(template: string): Promise<string[]> {
  const expression = template
    .replaceAll('$domain', 'embedding')
    .replaceAll('$tier', '.*')
    .replaceAll('$__rate_interval', '5m');
  const query = new URLSearchParams({ query: expression });
  const response = await fetch(`${monitoring.prometheusUrl}/api/v1/query?${query.toString()}`);
  const { data, error } = (await response.json()) as {
    data?: { result: unknown[] };
    error?: string;
  };
  return data && data.result.length > 0 ? [] : [`${expression} ${error ?? ''}`];
}
