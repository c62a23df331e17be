import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { defineSettings, loadSettings } from '@nooble/config';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis, type EmbeddedRedis } from '@nooble/redis/embedded';
import { ActionProcessor } from '@nooble/worker';
import { expect, inject, it, onTestFinished } from 'vitest';
import { openDatabase } from '../src/open-database.ts';
import { runService, type RunningService } from '../src/run-service.ts';
import { serviceShape } from '../src/service-settings.ts';

const definition = defineSettings({
  envPrefix: 'ECHO_',
  shape: serviceShape({ domain: 'echo', httpPort: 0 }),
});

async function start(env: Record<string, string>): Promise<RunningService> {
  const plain = { KEY_PREFIX: `test-${randomUUID()}`, LOG_LEVEL: 'silent' };
  const settings = loadSettings(definition, { env: { ...plain, ...env }, envFile: false });
  const redis = new RedisPool({ url: settings.redisUrl });
  const processor = new ActionProcessor();
  const database = await openDatabase(settings);
  const service = await runService({ settings, envPrefix: 'ECHO_', redis, processor, database });
  onTestFinished(async () => service.stop());
  return service;
}

async function ownRedis(): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis();
  onTestFinished(async () => redis.stop());
  return redis;
}

/** An occupied loopback port, until the end of the test or `release()`. */
async function takePort(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const release = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(release);
  return { port: (server.address() as AddressInfo).port, release };
}

async function statusOf(url: string): Promise<number | string> {
  return fetch(url).then(
    ({ status }) => status,
    (error: unknown) => String(error),
  );
}

async function reasonsOf(url: string): Promise<unknown> {
  return ((await (await fetch(url)).json()) as { reasons: unknown }).reasons;
}

const patient = { timeout: 20_000 };

it('survives an outage of Redis: is not ready meanwhile, and ready again afterwards', async () => {
  const redis = await ownRedis();
  const { url } = await start({ REDIS_URL: redis.url });
  expect(await statusOf(`${url}/ready`)).toBe(200);
  await redis.kill();
  await expect.poll(async () => statusOf(`${url}/ready`), patient).toBe(503);
  expect(await statusOf(`${url}/health`)).toBe(200);
  await redis.restart();
  await expect.poll(async () => statusOf(`${url}/ready`), patient).toBe(200);
});

it('waits for a Redis that is down at the start', async () => {
  const redis = await ownRedis();
  await redis.kill();
  const { port, release } = await takePort();
  await release();
  const starting = start({ REDIS_URL: redis.url, HTTP_PORT: String(port) });
  const ready = `http://127.0.0.1:${port}/ready`;
  await expect.poll(async () => statusOf(ready), patient).toBe(503);
  const reasons = await reasonsOf(ready);
  expect(reasons).toContainEqual({ dependency: 'redis', code: 'NO_CLAIM' });
  expect(JSON.stringify(reasons)).not.toMatch(/127\.0\.0\.1|redis:|ECONN/);
  await redis.restart();
  await starting;
  expect(await statusOf(ready)).toBe(200);
});

it('says which variable to set when its port is in use, and leaves nothing behind', async () => {
  const { port } = await takePort();
  const env = { REDIS_URL: inject('redisUrl'), ECHO_HTTP_PORT: String(port) };
  await expect(start(env)).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port}: the port is in use; set ECHO_HTTP_PORT`,
  );
});

it('listens on the configured address', async () => {
  const { url } = await start({ REDIS_URL: inject('redisUrl'), ECHO_HTTP_HOST: '0.0.0.0' });
  expect(url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
  expect(await statusOf(`${url.replace('0.0.0.0', '127.0.0.1')}/health`)).toBe(200);
});

it('names the variable of every malformed name and URL', () => {
  const env = { ECHO_DOMAIN_NAME: 'No Domain', KEY_PREFIX: '{x}', REDIS_URL: 'http://x' };
  const load = (): unknown => loadSettings(definition, { env, envFile: false });
  expect(load).toThrow(/ECHO_DOMAIN_NAME: expected up to 63/);
  expect(load).toThrow(/KEY_PREFIX: expected up to 128 letters/);
  expect(load).toThrow(/REDIS_URL: Cannot use Redis URL/);
});

it('is not ready while PostgreSQL is away, says so without its address, and stops', async () => {
  const url = 'postgres://user:secret@127.0.0.1:1/none';
  const service = await start({ REDIS_URL: inject('redisUrl'), DATABASE_URL: url });
  await expect
    .poll(async () => reasonsOf(`${service.url}/ready`), patient)
    .toEqual([{ dependency: 'postgres', code: 'POSTGRES_UNAVAILABLE' }]);
  expect(await statusOf(`${service.url}/ready`)).toBe(503);
  expect(await statusOf(`${service.url}/health`)).toBe(200);
  await service.stop();
});
