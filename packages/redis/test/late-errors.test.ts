import type { Socket } from 'node:net';
import { Cluster, type Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { freePort } from '@nooble/servers';
import { RedisPool } from '../src/pool.ts';
import { certificateFor, giveAllSlots, startTlsServer } from './servers.ts';

function openPool(url: string): RedisPool {
  const pool = new RedisPool({ url });
  onTestFinished(async () => pool.close(10));
  return pool;
}

const socketOf = (client: Redis): Socket => client.stream as unknown as Socket;

async function startCluster(): Promise<string> {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  const bus = ['--cluster-port', String(await freePort())];
  const redis = await startEmbeddedRedis({ settings: [...cluster, ...bus] });
  onTestFinished(async () => redis.stop());
  const admin = openPool(redis.url);
  await giveAllSlots(admin.command() as Redis);
  return redis.url.replace('redis://', 'redis+cluster://');
}

async function startSentinel(): Promise<string> {
  const { port } = new URL(inject('redisUrl'));
  const watched = { name: 'main', primaryPort: Number(port) };
  const sentinel = await startEmbeddedRedis({ sentinel: watched });
  onTestFinished(async () => sentinel.stop());
  return `${sentinel.url.replace('redis://', 'redis+sentinel://')}/main`;
}

it.each<[string, () => Promise<string>]>([
  ['one server', async () => inject('redisUrl')],
  ['a primary behind Sentinels', startSentinel],
  ['a Cluster', startCluster],
])('a second error of a socket does not end the process: %s', async (_what, start) => {
  const pool = openPool(await start());
  const client = pool.command();
  await client.get('test:a');
  const nodes = client instanceof Cluster ? client.nodes('all') : [client];
  for (const node of nodes) {
    const socket = socketOf(node);
    socket.emit('error', new Error('refused'));
    socket.emit('error', new Error('a later alert'));
  }
  expect(nodes.length).toBeGreaterThan(0);
});

it('listens on the socket of every attempt, from its first moment', async () => {
  const { tlsPort } = await startTlsServer(await certificateFor('localhost'));
  const pool = openPool(`rediss://localhost:${tlsPort}`);
  const client = pool.command() as Redis;
  const sockets = new Set<Socket>();
  const { connector } = client as unknown as { connector: { stream?: Socket } };
  const look = (): number => {
    if (connector.stream) sockets.add(connector.stream);
    return sockets.size;
  };
  client.on('connecting', () => setImmediate(look));
  await expect.poll(look, { timeout: 10_000, interval: 1 }).toBeGreaterThan(1);
  for (const socket of sockets) expect(socket.listenerCount('error')).toBeGreaterThan(0);
});
