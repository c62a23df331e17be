import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

it('takes a question through three services, in six steps and in their order', async () => {
  // Its own, because the example uses the default prefix.
  const redis = await startEmbeddedRedis();
  onTestFinished(async () => redis.stop());
  const env = { ...process.env, REDIS_URL: redis.url };
  const { stdout } = await promisify(execFile)(process.execPath, [main], { env });
  const steps = [...stdout.matchAll(/^(\d)\. (\w+):/gm)].map(([, step, who]) => [step, who]);
  expect(steps).toEqual([
    ['1', 'orchestrator'],
    ['2', 'query'],
    ['3', 'embedding'],
    ['4', 'query'],
    ['5', 'query'],
    ['6', 'orchestrator'],
  ]);
  expect(stdout).toContain('received a vector of 5 numbers');
  expect(stdout).toContain('received the answer: "How many words has this?" has 5 words.');
});
