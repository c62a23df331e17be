import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { watchSilence } from '../src/silence.ts';

/** Passes everything on to Redis, until it is told to swallow what its present connections send. */
async function openProxy(): Promise<{
  port: number;
  goSilent: () => void;
  connections: () => number;
}> {
  const { hostname, port } = new URL(inject('redisUrl'));
  const pairs: { inner: Socket; outer: Socket }[] = [];
  const server = createServer((outer) => {
    const inner = connect({ host: hostname, port: Number(port) });
    outer.pipe(inner).pipe(outer);
    for (const socket of [inner, outer]) socket.on('error', () => undefined);
    pairs.push({ inner, outer });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const { inner, outer } of pairs) [inner, outer].forEach((socket) => socket.destroy());
  });
  const goSilent = (): void => {
    for (const { inner, outer } of pairs) {
      inner.unpipe(outer);
      outer.unpipe(inner);
      outer.resume();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    goSilent,
    connections: () => pairs.length,
  };
}

it('connects anew when the peer has vanished without a word, and sends the command again', async () => {
  const { port, goSilent, connections } = await openProxy();
  const client = new Redis({ port, disconnectTimeout: 20, retryStrategy: () => 10 });
  onTestFinished(() => client.disconnect());
  client.on('error', () => undefined);
  watchSilence(client, { askMs: 20, silenceMs: 50 });
  await client.ping();
  goSilent();
  expect(await client.echo('still there?')).toBe('still there?');
  expect(connections()).toBe(2);
});

it('leaves a connection alone that answers', async () => {
  const { port, connections } = await openProxy();
  const client = new Redis({ port });
  onTestFinished(() => client.disconnect());
  watchSilence(client, { askMs: 5, silenceMs: 5_000 });
  for (let count = 0; count < 20; count += 1) await client.blpop('nobody-pushes-here', 0.01);
  expect(connections()).toBe(1);
});
