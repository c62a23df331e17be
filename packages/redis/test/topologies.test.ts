import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { RedisPool } from '../src/pool.ts';
import { defineScript, runScript, runScripts } from '../src/script.ts';
import { giveAllSlots, temporaryFolder } from './servers.ts';

const write = defineScript({ name: 'write', lua: `return redis.call('INCR', KEYS[1])` });

async function startServer(settings: readonly string[]): Promise<string> {
  const redis = await startEmbeddedRedis({ settings });
  onTestFinished(async () => redis.stop());
  return redis.url;
}

function openPool(url: string): RedisPool {
  const pool = new RedisPool({ url });
  onTestFinished(async () => pool.close(100));
  return pool;
}

it('asks Sentinel where the primary is', async () => {
  const primary = new URL(await startServer([]));
  const watched = { name: 'main', primaryPort: Number(primary.port) };
  const sentinel = await startEmbeddedRedis({ sentinel: watched });
  onTestFinished(async () => sentinel.stop());
  const pool = openPool(sentinel.url.replace('redis://', 'redis+sentinel://') + '/main/2');
  expect(await pool.command().client('INFO')).toContain(`laddr=127.0.0.1:${primary.port}`);
  expect(await pool.command().client('INFO')).toContain('db=2');
});

it('talks to a server through a unix socket', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'redis.sock');
  await startServer(['--unixsocket', path]);
  const pool = openPool(`unix://${path}?db=3`);
  expect(await pool.health()).toMatchObject({ ok: true });
  expect(await pool.command().client('INFO')).toContain('db=3');
});

it('signs in with a password, and says so when it is wrong', async () => {
  const url = await startServer(['--requirepass', 'p@ss']);
  const right = openPool(url.replace('redis://', 'redis://:p%40ss@'));
  expect(await right.health()).toMatchObject({ ok: true });
  const wrong = openPool(url.replace('redis://', 'redis://:no@'));
  expect(await wrong.health()).toMatchObject({ ok: false });
});

it('runs scripts on a cluster, each on the node of its slot', async () => {
  const url = await startServer(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']);
  const node = new Redis(url);
  onTestFinished(() => node.disconnect());
  await giveAllSlots(node);
  const pool = openPool(url.replace('redis://', 'redis+cluster://'));
  const call = { script: write, keys: ['test:{a}:x'], args: [] };
  expect(await runScript(pool.command(), call)).toBe(1);
  expect(await runScripts(pool.command(), [call, call])).toMatchObject([
    { value: 2 },
    { value: 3 },
  ]);
  const blocked = pool.blocking().blpop('test:{a}:list', 5);
  await pool.command().rpush('test:{a}:list', 'x');
  expect(await blocked).toEqual(['test:{a}:list', 'x']);
});
