import type { RedisPool } from '@nooble/redis';
import { expect, it } from 'vitest';
import { scriptOf } from '../src/protocol/keyspace.ts';
import { idsOf, openQueue, settlementOf } from './fixture.ts';

const done = { status: 'done' } as const;
const NAMES = ['settle', 'tick', 'claim'] as const;

/** A pool that records the scripts that are called through it. */
function recording(redis: RedisPool): { redis: RedisPool; called: string[] } {
  const client = redis.command();
  const called: string[] = [];
  const command = new Proxy(client, {
    get: (_client, name) => {
      const own: unknown = Reflect.get(client, name, client);
      if (name !== 'evalsha') return own;
      const send = (own as (...args: unknown[]) => unknown).bind(client);
      return (...args: unknown[]) => {
        called.push(NAMES.find((each) => scriptOf(each).sha === args[0]) ?? 'another');
        return send(...args);
      };
    },
  });
  return { redis: { command: () => command } as RedisPool, called };
}

/** A worker that has claimed one action, ticked, and expects no more. */
async function workerWithOne() {
  const queue = openQueue();
  const { redis, called } = recording(queue.redis);
  const broker = queue.brokerOf({ redis });
  await queue.enqueue();
  const { claimed } = await broker.claim({ slots: 2 });
  const settlements = claimed.map((each) => settlementOf(each, done));
  called.splice(0);
  return { queue, broker, called, request: { slots: 2, settlements, expectsNone: true } };
}

it('settles in one call if a worker expects no more and there is none', async () => {
  const { broker, called, request } = await workerWithOne();
  const { claimed, settled, dueInMs } = await broker.claim(request);
  expect(called).toEqual(['settle']);
  expect([claimed, [...settled.values()]]).toEqual([[], ['ok']]);
  expect(dueInMs).toBeGreaterThan(0);
});

it('claims what a worker did not expect', async () => {
  const { queue, broker, called, request } = await workerWithOne();
  await queue.enqueue({ actionId: 'unexpected' });
  const { claimed, settled } = await broker.claim(request);
  expect(called).toEqual(['settle', 'claim']);
  expect([idsOf(claimed), [...settled.values()]]).toEqual([['unexpected'], ['ok']]);
});

it('ticks and claims when a tick is due, whatever a worker expects', async () => {
  const queue = openQueue();
  const { redis, called } = recording(queue.redis);
  await queue.enqueue();
  const settlements = (await queue.claim(1)).map((each) => settlementOf(each, done));
  await queue.brokerOf({ redis }).claim({ slots: 1, settlements, expectsNone: true });
  expect(called).toEqual(NAMES);
});
