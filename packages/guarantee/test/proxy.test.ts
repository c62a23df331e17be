import { RedisPool } from '@nooble/redis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { Proxy } from '../src/faults/proxy.ts';

it('accepts connections without replying while it is silent, and forwards new ones afterwards', async () => {
  const { hostname, port } = new URL(inject('redisUrl'));
  const proxy = await Proxy.open({ host: hostname, port: Number(port) });
  const ask = async (patienceMs = 20_000): Promise<unknown> => {
    const pool = new RedisPool({ url: `redis://127.0.0.1:${proxy.port}` });
    onTestFinished(async () => pool.close(0));
    const late = new Promise((resolve) => void setTimeout(resolve, patienceMs, 'no reply').unref());
    return Promise.race([pool.command().ping(), late]);
  };
  onTestFinished(async () => proxy.close());
  expect(await ask()).toBe('PONG');
  proxy.goSilent();
  expect(await ask(300)).toBe('no reply');
  proxy.forwardAgain();
  expect(await ask()).toBe('PONG');
});
