import { readFile } from 'node:fs/promises';
import { expect, inject, it, vi } from 'vitest';

it('shows an example that is the tested one', async () => {
  const [readme, example] = await Promise.all([
    readFile(new URL('../README.md', import.meta.url), 'utf8'),
    readFile(new URL('./example.ts', import.meta.url), 'utf8'),
  ]);
  expect(readme).toContain(example);
});

it('shows an example that runs', async () => {
  vi.stubEnv('REDIS_URL', inject('redisUrl'));
  const { text } = await import('./example.ts');
  vi.unstubAllEnvs();
  expect(text).toBe('Hello, Ada!');
});
