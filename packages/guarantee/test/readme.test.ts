import { expect, inject, it, vi } from 'vitest';

it('contains an example that runs', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  const { held } = await import('./example.ts');
  vi.unstubAllEnvs();
  expect(held).toBe(true);
}, 60_000);
