import { expect, inject, it, vi } from 'vitest';

it('shows an example that runs', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  const { receipt, stats } = await import('./example.ts');
  vi.unstubAllEnvs();
  expect(receipt).toMatchObject({ status: 'accepted', queue: 'embedding:acme:professional' });
  expect(stats.tiers.professional.waiting).toBe(1);
});
