import { metrics } from '@opentelemetry/api';
import { expect, inject, it, onTestFinished, vi } from 'vitest';

it('runs the example of the README', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  onTestFinished(() => {
    metrics.disable();
    vi.unstubAllEnvs();
  });
  const { scraped } = await import('./example.ts');
  expect(scraped).toContain('messaging_client_sent_messages_total{');
});
