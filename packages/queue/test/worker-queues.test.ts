import type { RedisPool } from '@nooble/redis';
import { expect, it } from 'vitest';
import { openWorkerQueues } from '../src/worker-queues.ts';
import { actionOf, openQueue } from './fixture.ts';

/** The same pool; `reads` counts its GET commands. */
function countingReads(redis: RedisPool): { redis: RedisPool; reads: () => number } {
  const client = redis.command();
  let reads = 0;
  const command = new Proxy(client, {
    get(_client, name) {
      if (name === 'mget') reads += 1;
      const own: unknown = Reflect.get(client, name, client);
      return typeof own === 'function' ? (own.bind(client) as unknown) : own;
    },
  });
  return { redis: { command: () => command } as RedisPool, reads: () => reads };
}

it('asks Redis once for the partitions that a broker and its manager both need', async () => {
  const { redis: pool, prefix } = openQueue();
  const { redis, reads } = countingReads(pool);
  const { broker, queues } = openWorkerQueues({ domain: 'embedding', redis, prefix });
  await broker.claim({ slots: 1 });
  const { actionId } = await queues.enqueue(actionOf());
  const { claimed } = await broker.claim({ slots: 1 });
  expect(claimed).toMatchObject([{ lease: { actionId } }]);
  expect(reads()).toBe(1);
});
