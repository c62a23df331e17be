import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Cluster, Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { RedisClient } from '../src/ioredis.ts';
import { RedisPool } from '../src/pool.ts';
import { defineScript, runScript, runScripts } from '../src/script.ts';
import { asRedisUnavailable, isUnavailable } from '../src/unavailable.ts';
import { limitWaiting, rejectForgotten } from '../src/unreachable.ts';

const answer = defineScript({ name: 'answer', lua: 'return ARGV[1]' });
const call = { script: answer, keys: ['test:{a}:x'], args: [1] };

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Accepts and says nothing. */
async function openBlackHole(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listen(server);
}

/** Passes everything on to Redis; once armed it cuts the connection after the first reply in an answer. */
async function openCutter(): Promise<{ port: number; arm: () => void }> {
  const { hostname, port } = new URL(inject('redisUrl'));
  let armed = false;
  const server = createServer((outer) => {
    const inner = connect({ host: hostname, port: Number(port) });
    for (const socket of [inner, outer]) socket.on('error', () => undefined);
    outer.pipe(inner);
    outer.on('close', () => inner.destroy());
    inner.on('data', (replies) => {
      if (!armed) return outer.write(replies);
      armed = false;
      const first = replies.toString().split('\r\n').slice(0, 2).join('\r\n');
      return outer.end(`${first}\r\n`);
    });
  });
  onTestFinished(() => void server.close());
  return { port: await listen(server), arm: () => (armed = true) };
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('It did not fail'),
    (error: unknown) => error as Error,
  );
}

function openPool(url: string): RedisPool {
  const pool = new RedisPool({ url });
  onTestFinished(async () => pool.close(10));
  return pool;
}

function limited(client: RedisClient): RedisClient {
  onTestFinished(() => client.disconnect());
  client.on('error', () => undefined);
  limitWaiting(client, { lookMs: 10, limitMs: 50 });
  return client;
}

it.each<[string, () => Promise<RedisClient>]>([
  [
    'a Cluster that refuses connections',
    async () => new Cluster([{ host: '127.0.0.1', port: 1 }], { clusterRetryStrategy: () => 10 }),
  ],
  ['a Cluster that says nothing', async () => new Cluster([{ port: await openBlackHole() }])],
  ['a server that says nothing', async () => new Redis({ port: await openBlackHole() })],
  [
    'Sentinels that refuse connections',
    async () => new Redis({ sentinels: [{ host: '127.0.0.1', port: 1 }], name: 'main' }),
  ],
])('ends the commands that wait for %s', async (_what, open) => {
  const client = limited(await open());
  const failures = await Promise.all([
    failureOf(client.get('x')),
    failureOf(runScript(client, call)),
  ]);
  expect(failures.map(isUnavailable)).toEqual([true, true]);
  expect(await runScripts(client, [call, call])).toMatchObject([{ ok: false }, { ok: false }]);
});

it('ends commands that were sent before their connection was lost', async () => {
  const { hostname, port } = new URL(inject('redisUrl'));
  const client = limited(new Redis({ host: hostname, port: Number(port) })) as Redis;
  await client.ping();
  const blocked = failureOf(client.blpop('test:nobody-pushes-here', 0));
  client.options.port = await openBlackHole();
  client.disconnect(true);
  expect(isUnavailable(await blocked)).toBe(true);
});

it('ends the commands of a pool on a Cluster', async () => {
  const pool = openPool('redis+cluster://u:hunter2@127.0.0.1:1');
  const error = asRedisUnavailable(await failureOf(runScript(pool.command(), call)), 'look');
  expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  expect(error.message).toContain('Redis at "redis+cluster://u:***@127.0.0.1:1" is unavailable');
});

it('completes a partially answered round trip on the next connection', async () => {
  const { port, arm } = await openCutter();
  const client = openPool(`redis://127.0.0.1:${port}`).command();
  await runScripts(client, [call]);
  arm();
  const [first, second] = await runScripts(client, [call, { ...call, args: [2] }]);
  expect(first).toEqual({ ok: true, value: '1' });
  expect(second).toEqual({ ok: true, value: '2' });
});

it('reports which Redis is unavailable and why, without its password', async () => {
  const client = openPool('redis://ann:hunter2@127.0.0.1:1').command();
  const failures = [failureOf(runScript(client, call)), failureOf(client.get('x'))] as const;
  const [ofScript, ofCommand] = await Promise.all(failures);
  for (const error of [
    asRedisUnavailable(ofScript, 'look'),
    asRedisUnavailable(ofCommand, 'look'),
  ]) {
    expect(error.message).toBe(
      'Cannot look: Redis at "redis://ann:***@127.0.0.1:1" is unavailable: connect ECONNREFUSED 127.0.0.1:1',
    );
  }
});

it('rejects commands to a peer that was never ready when the connection ends', async () => {
  const client = new Redis({ port: await openBlackHole(), retryStrategy: () => 10 });
  onTestFinished(() => client.disconnect());
  client.on('error', () => undefined);
  rejectForgotten(client);
  await once(client, 'connect');
  const failure = failureOf(client.info('memory'));
  client.disconnect(true);
  const error = await failure;
  expect(error.message).toBe('Connection is closed.');
  expect(isUnavailable(error)).toBe(true);
});

it('resends commands that a ready server has not answered', async () => {
  const { port } = await openCutter();
  const client = new Redis({ port, retryStrategy: () => 10 });
  onTestFinished(() => client.disconnect());
  rejectForgotten(client);
  await client.ping();
  const pop = client.blpop('nobody-pushes-here', 0.2);
  client.disconnect(true);
  expect(await pop).toBe(null);
});
