import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { inject, onTestFinished } from 'vitest';

/** A proxy to Redis that can drop replies. */
export interface SwallowingProxy {
  readonly url: string;
  /** Drops all replies, starting with the next request that contains `words`. Requests still arrive. */
  swallowReplies(words: string): void;
  /** Closes every connection; new ones work. */
  cut(): void;
}

/** Opens a proxy to the Redis of the run. */
export async function openSwallowingProxy(): Promise<SwallowingProxy> {
  const { hostname, port } = new URL(inject('redisUrl'));
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  let awaited: string | undefined;
  const server = createServer((client) => {
    const redis = connect({ host: hostname, port: Number(port) });
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(socket.setNoDelay(true).on('error', () => undefined));
      socket.once('close', () => other.destroy());
    }
    client.on('data', (request: Buffer) => {
      isSwallowing ||= awaited !== undefined && request.includes(awaited);
      redis.write(request);
    });
    redis.on('data', (reply) => isSwallowing || client.write(reply));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    isSwallowing = false;
    awaited = undefined;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallowReplies: (words) => void (awaited = words),
    cut,
  };
}
