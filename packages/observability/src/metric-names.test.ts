import { expect, it } from 'vitest';
import { ATTRIBUTES, type MetricFacts } from './metric-facts.ts';
import { BUCKETS_S, METRICS, prometheusName } from './metric-names.ts';

const all: readonly MetricFacts[] = Object.values(METRICS);

it('gives each metric its own name, also in Prometheus', () => {
  expect(new Set(all.map(prometheusName)).size).toBe(all.length);
});

it('names a counter with the suffix of Prometheus', () => {
  expect(prometheusName(METRICS.sent)).toBe('messaging_client_sent_messages_total');
  expect(prometheusName(METRICS.running)).toBe('messaging_process_duration');
});

it('has tenants in two metrics only', () => {
  const withTenant = all.filter(({ attributes }) => attributes.includes(ATTRIBUTES.tenant));
  expect(withTenant.map(({ name }) => name)).toEqual([
    'nooble.tenant.slot_time',
    'nooble.tenant.waiting',
  ]);
});

it('has buckets up to 300 s', () => {
  expect(BUCKETS_S.at(-1)).toBe(300);
  expect([...BUCKETS_S].toSorted((a, b) => a - b)).toEqual(BUCKETS_S);
});
