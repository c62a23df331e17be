import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateEmbeddings } from '@nooble-examples/contracts';
import { settingsDefinition, startEmbeddingService } from '@nooble-examples/embedding-service';
import { loadSettings } from '@nooble/config';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { startMonitoring, type Monitoring } from '../src/monitoring.ts';
import { findMonitoring } from '../src/monitoring-programs.ts';
import { startWebhook } from '../src/webhook.ts';

/** Far above what is needed, because the machine may be busy. The metrics of a domain are read every 10 s. */
const PATIENCE = { timeout: 90_000, interval: 200 };

/** Expressions that have a value for a service that runs actions. */
const EXPRESSIONS = [
  'domain:nooble_domain_workers:max == 1',
  'domain_tier:nooble_domain_waiting:max',
  'domain_tier:nooble_domain_oldest_age:max',
  'domain_tier:nooble_tier_share_got:ratio_rate5m',
  'domain_tier:nooble_action_waiting_slow:ratio_rate5m',
  'domain:nooble_attempts:rate5m > 0',
  'domain:nooble_worker_slots_busy:ratio',
  'domain_tenant:nooble_tenant_slot_time:ratio{nooble_tenant_id="acme"}',
];

async function startService(prefix: string): Promise<string> {
  const redis = inject('redisUrl');
  const env = { REDIS_URL: redis, KEY_PREFIX: prefix, HTTP_PORT: '0', LOG_LEVEL: 'silent' };
  const settings = loadSettings(settingsDefinition, { env, envFile: false });
  const service = await startEmbeddingService(settings);
  onTestFinished(async () => service.stop());
  return new URL(service.url).host;
}

it('the rules see a real service, and an alert follows what happens to its domain', async () => {
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis: inject('redisUrl'), prefix });
  onTestFinished(async () => queues.close());
  const client = new ActionClient({ queues });
  const webhook = await startWebhook();
  onTestFinished(async () => webhook.close());
  const directory = await mkdtemp(join(tmpdir(), 'nooble-monitoring-'));
  onTestFinished(async () => rm(directory, { recursive: true, force: true }));
  const targets = [await startService(prefix)];
  const programs = await findMonitoring();
  const options = { programs, directory, targets, webhook: webhook.url, intervalMs: 500 };
  const monitoring = await startMonitoring(options);
  onTestFinished(async () => monitoring.stop());

  const acme = { tenantId: 'acme', tenantTier: 'enterprise' } as const;
  await vi.waitFor(async () => {
    await client.request(generateEmbeddings, { ...acme, data: { texts: ['a text'] } });
    const empty = await Promise.all(
      EXPRESSIONS.map(async (each) => withoutValue(monitoring, each)),
    );
    expect(empty.flat()).toEqual([]);
  }, PATIENCE);
  await queues.pause('embedding');
  await vi.waitFor(() => {
    const names = webhook.alerts.map(({ labels }) => labels['alertname']);
    expect(names).toContain('NoobleDomainPaused');
  }, PATIENCE);
}, 240_000);

/** Returns the expression if Prometheus has no value for it. */
async function withoutValue({ prometheusUrl }: Monitoring, expression: string): Promise<string[]> {
  const query = new URLSearchParams({ query: expression });
  const response = await fetch(`${prometheusUrl}/api/v1/query?${query.toString()}`);
  const { data } = (await response.json()) as { data?: { result: unknown[] } };
  return data && data.result.length > 0 ? [] : [expression];
}
