import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { defineAction } from '@nooble/models';
import { RedisPool } from '@nooble/redis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { ActionClient } from '../src/action-client.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';
import { openQueue, startServer } from './fixture.ts';

const ask = defineAction('embedding.ask', { data: z.string(), result: z.string() });

/** Longer than any close may take, and shorter than a client waits for a connection. */
const LIMIT_MS = 5_000;

/** Resolves to true if `work` ends before the commands of a client without a connection time out. */
async function endsSoon(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LIMIT_MS);
  });
  const isInTime = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}

/** Accepts connections and never replies. */
async function silentServer(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A request and a waiting worker on a Redis, and a function that closes both. */
function openAll(url: string): { close: () => Promise<unknown>; asked: Promise<unknown> } {
  const redis = new RedisPool({ url });
  const queues = new DomainQueueManager({ redis });
  const client = new ActionClient({ queues });
  const broker = createBroker({ domain: 'embedding', redis });
  const input = { tenantId: 'acme', tenantTier: 'free', data: 'hello' } as const;
  const asked = client.request(ask, input).catch((error: unknown) => error);
  const { signal } = new AbortController();
  broker.waitForWork({ timeoutMs: 5_000, signal }).catch(() => undefined);
  const close = async (): Promise<void> => {
    await Promise.all([client.close(), broker.close()]);
    await queues.close();
    await redis.close();
  };
  return { close, asked };
}

it.each([
  ['was never there', async () => 'redis://127.0.0.1:1'],
  ['accepts and says nothing', silentServer],
])('closes at once when Redis %s', async (_what, urlOf) => {
  const { close, asked } = openAll(await urlOf());
  await new Promise((resolve) => void setImmediate(resolve));
  expect(await endsSoon(close())).toBe(true);
  expect(await asked).toMatchObject({ code: 'ACTION_CANCELLED' });
});

it('closes at once when Redis was killed, with deliveries under way', async () => {
  const server = await startServer();
  const { close, asked } = openAll(server.url);
  const queue = openQueue({ url: server.url });
  await queue.enqueue();
  await server.kill();
  expect(await endsSoon(close())).toBe(true);
  expect(await asked).toMatchObject({ code: 'ACTION_CANCELLED' });
});

it('ends a connection between two attempts, and rejects what waits for it', async () => {
  const redis = new RedisPool({ url: 'redis://127.0.0.1:1' });
  const client = redis.command();
  await vi.waitUntil(() => client.status === 'reconnecting', { timeout: 10_000, interval: 1 });
  const ended = once(client, 'end');
  const waiting = expect(client.ping()).rejects.toThrow('Connection is closed');
  await redis.close();
  await waiting;
  await ended;
  expect(client.status).toBe('end');
});
