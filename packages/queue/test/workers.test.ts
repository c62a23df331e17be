import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { readWorker } from '../src/protocol/operations/workers.ts';
import { openQueue, startServer } from './fixture.ts';

const LOAD = { concurrency: 8, running: 3, version: '1.2.3' };

it('lists a worker with what it says of itself, after its first claim', async () => {
  const queue = openQueue();
  expect(await queue.queues.workers('embedding')).toEqual([]);
  const before = await queue.stored.now();
  await queue.brokerOf().claim({ slots: 0, load: LOAD });
  const [worker, ...others] = await queue.queues.workers('embedding');
  expect(others).toEqual([]);
  expect(worker).toEqual({
    id: expect.stringMatching(/^[\w-]{10,}$/) as string,
    host: hostname(),
    pid: process.pid,
    ...LOAD,
    seenAt: expect.any(String) as string,
  });
  expect(Date.parse(worker?.seenAt ?? '')).toBeGreaterThanOrEqual(before);
  expect(Date.parse(worker?.seenAt ?? '')).toBeLessThanOrEqual(1 + (await queue.stored.now()));
});

it('lists no broker that is not part of a worker', async () => {
  const queue = openQueue();
  await queue.brokerOf().claim({ slots: 0 });
  expect(await queue.queues.workers('embedding')).toEqual([]);
});

it('registers with the first of several claims, not with each', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  const broker = queue.brokerOf();
  const scriptCalls = async () => {
    const text = await queue.redis.command().info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(text)?.[1] ?? 0);
  };
  await broker.claim({ slots: 0, load: LOAD });
  const before = await scriptCalls();
  for (let n = 0; n < 20; n += 1) await broker.claim({ slots: 0, load: LOAD });
  expect((await scriptCalls()) - before).toBe(20);
});

it('forgets a worker that stopped at once, and one that died after its registration', async () => {
  const queue = openQueue();
  const [stopped, died] = [queue.brokerOf(), queue.brokerOf()];
  for (const broker of [stopped, died]) await broker.claim({ slots: 0, load: LOAD });
  expect(await queue.queues.workers('embedding')).toHaveLength(2);
  await stopped.close();
  const [left] = await queue.queues.workers('embedding');
  const key = queue.stored.key('workers');
  expect(await queue.stored.client.zrange(key, 0, -1)).toEqual([left?.id]);
  expect(await queue.stored.client.pttl(key)).toBeGreaterThan(10_000);
  expect(await queue.stored.client.pttl(queue.stored.key('facts'))).toBeGreaterThan(10_000);
  await queue.stored.client.zincrby(key, -15_001, left?.id ?? '');
  expect(await queue.queues.workers('embedding')).toEqual([]);
  await queue.brokerOf().claim({ slots: 0, load: LOAD });
  expect(Object.keys(await queue.stored.hash('facts'))).toHaveLength(1);
});

it('lists a worker of several partitions once, under the name that its runs have', async () => {
  const queue = openQueue();
  await queue.queues.setPartitions('embedding', 3);
  const receipts = [];
  for (const tenantId of ['a', 'b', 'c', 'd']) receipts.push(await queue.enqueue({ tenantId }));
  const { claimed } = await queue.brokerOf().claim({ slots: 10, load: LOAD });
  expect(claimed).toHaveLength(4);
  const workers = await queue.queues.workers('embedding');
  expect(workers).toHaveLength(1);
  for (const receipt of receipts) {
    const { reasons } = await queue.queues.explain(receipt);
    expect(reasons).toMatchObject([{ kind: 'running', workerId: workers[0]?.id }]);
  }
});

it('registers with the next claim after a failure', async () => {
  const queue = openQueue();
  const broker = queue.brokerOf();
  await queue.stored.client.hset(queue.stored.key('state'), 'format', '2');
  await expect(broker.claim({ slots: 0, load: LOAD })).rejects.toThrow('format 2');
  await queue.stored.client.hdel(queue.stored.key('state'), 'format');
  await broker.claim({ slots: 0, load: LOAD });
  expect(await queue.queues.workers('embedding')).toHaveLength(1);
});

it('shows malformed facts as absent', () => {
  for (const text of ['', 'null', '[]', '{"pid":-1,"running":"many","host":7}', '{']) {
    expect(readWorker(['a', '15000', text])).toEqual({
      id: 'a',
      host: '',
      pid: 0,
      concurrency: 0,
      running: 0,
      seenMs: 0,
    });
  }
});

it('refuses a name that is not that of a domain', async () => {
  const { queues } = openQueue();
  await expect(queues.workers('a}b')).rejects.toMatchObject({ code: 'INVALID_ACTION' });
});
