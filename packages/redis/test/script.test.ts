import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { RedisPool } from '../src/pool.ts';
import { defineScript, runScript, runScripts } from '../src/script.ts';

// The digest is new in every run, so that the server cannot know the script yet.
const count = defineScript({
  name: 'count',
  lua: `-- ${randomUUID()}\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])`,
});
const fail = defineScript({ name: 'fail', lua: `return redis.error_reply('ERR on purpose')` });

let url: string;
beforeAll(() => {
  url = inject('redisUrl');
});

function connect(): { client: ReturnType<RedisPool['command']>; key: string } {
  const pool = new RedisPool({ url });
  onTestFinished(async () => pool.close());
  return { client: pool.command(), key: `test-${randomUUID()}` };
}

it('runs a script the server has not seen, and one it has', async () => {
  const { client, key } = connect();
  const call = { script: count, keys: [key], args: [2] };
  expect([await runScript(client, call), await runScript(client, call)]).toEqual([2, 4]);
});

it('runs scripts in order in a pipeline, each with its own reply', async () => {
  const { client, key } = connect();
  const add = { script: count, keys: [key], args: [1] };
  const broken = { script: fail, keys: [], args: [] };
  const replies = await runScripts(client, [add, broken, add]);
  expect(replies).toMatchObject([{ ok: true, value: 1 }, { ok: false }, { ok: true, value: 2 }]);
});

it('runs scripts after SCRIPT FLUSH', async () => {
  const redis = await startEmbeddedRedis();
  onTestFinished(async () => redis.stop());
  const pool = new RedisPool({ url: redis.url });
  onTestFinished(async () => pool.close());
  const call = { script: count, keys: ['k'], args: [1] };
  await runScript(pool.command(), call);
  await pool.command().script('FLUSH');
  expect(await runScript(pool.command(), call)).toBe(2);
  await pool.command().script('FLUSH');
  expect(await runScripts(pool.command(), [call, call])).toMatchObject([
    { value: 3 },
    { value: 4 },
  ]);
});

it('returns an error for every call if there is no connection', async () => {
  const pool = new RedisPool({ url: 'redis://127.0.0.1:1' });
  onTestFinished(async () => pool.close(10));
  const call = { script: count, keys: ['k'], args: [1] };
  expect(await runScripts(pool.command(), [call, call])).toMatchObject([
    { ok: false },
    { ok: false },
  ]);
});
