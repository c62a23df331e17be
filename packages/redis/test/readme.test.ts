import { expect, inject, it, vi } from 'vitest';

it('shows an example that runs', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  const { count } = await import('./example.ts');
  vi.unstubAllEnvs();
  expect(count).toBe(2);
});
