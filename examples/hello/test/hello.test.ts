import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

it('prints the result of its action and ends', async () => {
  const env = { ...process.env, REDIS_URL: inject('redisUrl') };
  const { stdout } = await promisify(execFile)(process.execPath, [main], { env });
  expect(stdout).toBe('Hello, Ada!\n');
});

it('starts its own Redis if REDIS_URL is not set', async () => {
  const { REDIS_URL: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [main], { env });
  expect(stdout).toBe('Hello, Ada!\n');
});
