import { createServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { freePort } from '@nooble/servers';
import { RedisPool } from '../src/pool.ts';
import { asRedisUnavailable } from '../src/unavailable.ts';

const UNKNOWN_NAME = /ENOTFOUND|EAI_AGAIN/;

function openPool(url: string): RedisPool {
  const pool = new RedisPool({ url });
  onTestFinished(async () => pool.close(10));
  return pool;
}

async function startServer(...settings: string[]): Promise<string> {
  const redis = await startEmbeddedRedis({ settings });
  onTestFinished(async () => redis.stop());
  return redis.url.replace('redis://', '');
}

async function startSentinel(): Promise<string> {
  const { port } = new URL(inject('redisUrl'));
  const sentinel = await startEmbeddedRedis({
    sentinel: { name: 'main', primaryPort: Number(port) },
  });
  onTestFinished(async () => sentinel.stop());
  return sentinel.url.replace('redis://', '');
}

/** Presents a certificate of an unknown authority. */
async function startUntrusted(): Promise<string> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
  const server = createServer({ cert, key }, (socket) => socket.on('error', () => undefined));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each<[string, () => Promise<string>, RegExp]>([
  ['a port without a server', async () => `redis://127.0.0.1:${await freePort()}`, /ECONNREFUSED/],
  [
    'a name with several addresses',
    async () => `redis://localhost:${await freePort()}`,
    /ECONNREFUSED/,
  ],
  ['an unknown host name', async () => 'redis://no-such-host.invalid', UNKNOWN_NAME],
  ['a socket that does not exist', async () => 'unix:///no/such/redis.sock', /ENOENT/],
  [
    'a certificate of an unknown authority',
    async () => `rediss://${await startUntrusted()}`,
    /SELF_SIGNED_CERT/,
  ],
  [
    'a wrong password',
    async () => `redis://:no@${await startServer('--requirepass', 'x')}`,
    /WRONGPASS/,
  ],
  [
    'a missing password',
    async () => `redis://${await startServer('--requirepass', 'x')}`,
    /NOAUTH/,
  ],
  ['Sentinels that do not run', async () => 'redis+sentinel://127.0.0.1:1/main', /ECONNREFUSED/],
  [
    'Sentinels of an unknown name',
    async () => 'redis+sentinel://no-such-host.invalid/main',
    UNKNOWN_NAME,
  ],
  [
    'a Sentinel that watches another primary',
    async () => `redis+sentinel://${await startSentinel()}/other`,
    /No such master/,
  ],
  ['a Cluster that does not run', async () => 'redis+cluster://127.0.0.1:1', /ECONNREFUSED/],
  [
    'a Cluster of an unknown name',
    async () => 'redis+cluster://no-such-host.invalid',
    UNKNOWN_NAME,
  ],
  [
    'a Cluster with another password',
    async () =>
      `redis+cluster://:no@${await startServer('--cluster-enabled', 'yes', '--requirepass', 'x')}`,
    /WRONGPASS/,
  ],
])('says where and why the first command fails: %s', async (_what, urlOf, why) => {
  const pool = openPool(await urlOf());
  const failed = pool
    .command()
    .ping()
    .catch((error: unknown) => asRedisUnavailable(error, 'look'));
  await expect
    .poll(async () => pool.health(100), { timeout: 10_000 })
    .toMatchObject({ ok: false, problem: expect.stringMatching(why) as string });
  // A Sentinel and a Cluster keep a command for ten seconds; only what is known by then is asked here.
  if (pool.redactedUrl.includes('+')) return;
  const error = (await failed) as Error;
  expect(error.message).toMatch(why);
  expect(error.message).toContain(`Cannot look: Redis at "${pool.redactedUrl}" is unavailable: `);
});
