import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { RedisPool } from '../src/pool.ts';
import { watchSilence } from '../src/silence.ts';

/** A proxy to Redis that can swallow the data of some connections. */
interface Proxy {
  readonly port: number;
  /** Swallows the data of the current and the next few connections. */
  readonly goSilent: (next?: number) => void;
  readonly connections: () => number;
}

async function openProxy(silentAtFirst = 0): Promise<Proxy> {
  const { hostname, port } = new URL(inject('redisUrl'));
  const pairs: { inner: Socket; outer: Socket }[] = [];
  let silent = silentAtFirst;
  const server = createServer((outer) => {
    const inner = connect({ host: hostname, port: Number(port) });
    for (const socket of [inner, outer]) socket.on('error', () => undefined);
    if ((silent -= 1) >= 0) outer.resume();
    else outer.pipe(inner).pipe(outer);
    pairs.push({ inner, outer });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const { inner, outer } of pairs) [inner, outer].forEach((socket) => socket.destroy());
  });
  return {
    port: (server.address() as AddressInfo).port,
    goSilent: (next = 0) => {
      silent = next;
      for (const { inner, outer } of pairs) {
        inner.unpipe(outer);
        outer.unpipe(inner);
        outer.resume();
      }
    },
    connections: () => pairs.length,
  };
}

function watchedClient(port: number): Redis {
  const client = new Redis({ port, disconnectTimeout: 20, retryStrategy: () => 10 });
  onTestFinished(() => client.disconnect());
  client.on('error', () => undefined);
  watchSilence(client, { lookMs: 10, askMs: 20, silenceMs: 150 });
  return client;
}

it('reconnects after the peer disappeared, and sends the command again', async () => {
  const { port, goSilent, connections } = await openProxy();
  const client = watchedClient(port);
  await client.ping();
  goSilent();
  expect(await client.echo('still there?')).toBe('still there?');
  expect(connections()).toBeGreaterThanOrEqual(2);
});

it('recovers from a peer that accepts connections but never replies, initially and later', async () => {
  const { port, goSilent, connections } = await openProxy(2);
  const client = watchedClient(port);
  expect(await client.echo('anybody there?')).toBe('anybody there?');
  expect(connections()).toBeGreaterThanOrEqual(3);
  goSilent(2);
  expect(await client.echo('still there?')).toBe('still there?');
  expect(connections()).toBeGreaterThanOrEqual(6);
});

it('detects a second silence like the first', async () => {
  const { port, goSilent, connections } = await openProxy();
  const client = watchedClient(port);
  await client.ping();
  goSilent();
  const closed = once(client, 'close');
  client.once('ready', () => goSilent());
  await closed;
  expect(await client.echo('still there?')).toBe('still there?');
  expect(connections()).toBeGreaterThanOrEqual(3);
});

it('keeps a connection that replies', async () => {
  const { port, connections } = await openProxy();
  const client = new Redis({ port });
  onTestFinished(() => client.disconnect());
  watchSilence(client, { lookMs: 5, askMs: 5, silenceMs: 5_000 });
  for (let count = 0; count < 20; count += 1) await client.blpop('nobody-pushes-here', 0.01);
  expect(connections()).toBe(1);
});

it('uses the next Sentinel if one accepts connections but never replies', async () => {
  const { hostname, port } = new URL(inject('redisUrl'));
  const watched = { name: 'main', primaryPort: Number(port) };
  const sentinel = await startEmbeddedRedis({ sentinel: watched });
  onTestFinished(async () => sentinel.stop());
  const silent = await openProxy(100);
  const hosts = `${hostname}:${silent.port},${new URL(sentinel.url).host}`;
  const pool = new RedisPool({ url: `redis+sentinel://${hosts}/main` });
  onTestFinished(async () => pool.close(100));
  expect(await pool.command().ping()).toBe('PONG');
  expect(silent.connections()).toBeGreaterThanOrEqual(1);
});
