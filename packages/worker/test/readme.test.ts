import { expect, inject, it, vi } from 'vitest';

it('shows an example that runs', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  const { text } = await import('./example.ts');
  vi.unstubAllEnvs();
  expect(text).toBe('Hello, Ada!');
});

it('shows an example in the README of the repository that runs', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  const { text } = await import('./quickstart.ts');
  vi.unstubAllEnvs();
  expect(text).toBe('Hello, Ada!');
});
