import { randomUUID } from 'node:crypto';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { RedisPool } from '../src/pool.ts';
import { closeRedisPool, getRedisClient } from '../src/process-pool.ts';
import { readServerFacts, serverWarnings } from '../src/server-facts.ts';
import { asRedisUnavailable } from '../src/unavailable.ts';

function openPool(url = inject('redisUrl')): RedisPool {
  const pool = new RedisPool({ url, name: `test-${randomUUID()}` });
  onTestFinished(async () => pool.close());
  return pool;
}

it('shares one connection for commands and opens one per blocking caller', async () => {
  const pool = openPool();
  expect(pool.command()).toBe(pool.command());
  const [a, b] = [pool.blocking(), pool.blocking()];
  expect(await Promise.all([a.ping(), b.ping(), pool.command().ping()])).toEqual([
    'PONG',
    'PONG',
    'PONG',
  ]);
  expect(a).not.toBe(b);
});

it('refuses a malformed URL at once', () => {
  expect(() => new RedisPool({ url: 'localhost:6379' })).toThrow(RangeError);
});

it('names its connections', async () => {
  const pool = openPool();
  expect(await pool.command().client('GETNAME')).toMatch(/^test-/);
  expect(await pool.blocking().client('GETNAME')).toMatch(/-blocking$/);
});

it('reports its health', async () => {
  expect(await openPool().health()).toMatchObject({ ok: true });
  const nowhere = openPool('redis://127.0.0.1:1');
  expect(await nowhere.health(200)).toMatchObject({
    ok: false,
    problem: expect.any(String) as string,
  });
});

it('fails a command within a bounded time while Redis is unreachable', async () => {
  const pool = openPool('redis://127.0.0.1:1');
  const failure: unknown = await pool
    .command()
    .get('x')
    .catch((error: unknown) => error);
  expect(asRedisUnavailable(failure, 'read x')).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
});

it('connects again by itself after an outage', async () => {
  const redis = await startEmbeddedRedis();
  onTestFinished(async () => redis.stop());
  const pool = openPool(redis.url);
  await pool.command().ping();
  await redis.kill();
  expect(await pool.health(300)).toMatchObject({ ok: false });
  await redis.restart();
  await expect.poll(async () => pool.health(), { timeout: 10_000 }).toMatchObject({ ok: true });
});

it('closes within a bounded time even if Redis is unreachable or a client blocks', async () => {
  const away = openPool('redis://127.0.0.1:1');
  away.command();
  await away.close(50);
  const pool = openPool();
  const blocked = pool
    .blocking()
    .blpop(`test-${randomUUID()}`, 60)
    .catch((error: Error) => error.message);
  await pool.close();
  await pool.close();
  expect(await blocked).toMatch(/closed/);
  expect(() => pool.command()).toThrow('it is closed');
});

it('has one connection per process and address', async () => {
  const client = getRedisClient(inject('redisUrl'));
  expect(getRedisClient(inject('redisUrl'))).toBe(client);
  expect(await client.ping()).toBe('PONG');
  await closeRedisPool();
  expect(getRedisClient(inject('redisUrl'))).not.toBe(client);
  await closeRedisPool();
});

it('reads server facts, and warns if the server evicts keys', async () => {
  const facts = await readServerFacts(openPool().command());
  expect(facts).toMatchObject({ maxMemoryPolicy: 'noeviction', appendOnly: false });
  expect(facts.version).toMatch(/^\d+\.\d+/);
  expect(serverWarnings(facts)).toEqual([]);
  expect(serverWarnings({ ...facts, version: '6.2.1' })).toEqual([
    expect.stringContaining('too old'),
  ]);
  expect(serverWarnings({ ...facts, maxMemoryPolicy: 'allkeys-lru' })).toEqual([
    expect.stringContaining('noeviction'),
  ]);
});
