import { expect, inject, it, onTestFinished, vi } from 'vitest';

it('shows an example that runs', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  const { text } = await import('./example.ts');
  vi.unstubAllEnvs();
  expect(text).toBe('Hello, Ada!');
});

it('shows an example in the README of the repository that prints a greeting', async () => {
  const print = vi.spyOn(console, 'log').mockReturnValue();
  onTestFinished(() => print.mockRestore());
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  await import('./quickstart.ts');
  vi.unstubAllEnvs();
  expect(print).toHaveBeenCalledExactlyOnceWith('Hello, Ada!');
});
