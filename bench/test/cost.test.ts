import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { dataBytes, makeJobs, SMALL_TEXT_BYTES, type Job } from '../src/payload.ts';
import { Server } from '../src/server.ts';
import { embed, inputOf } from '../src/systems/nooble-actions.ts';
import { BUDGETS } from './budgets.ts';
import { drain } from './drain.ts';

const COUNT = 2_000;
const jobs = makeJobs({ count: COUNT, tenants: 100, textBytes: SMALL_TEXT_BYTES });

/** A dedicated server, because commands are counted per server. */
let server: Server;
let redis: RedisPool;
let queues: DomainQueueManager;

beforeAll(async () => {
  server = await Server.start();
  redis = new RedisPool({ url: server.url });
  queues = new DomainQueueManager({ redis });
  // Scripts are sent with their text only the first time.
  await queues.enqueueMany(actionsOf(jobs.slice(0, 1)));
  await drain(redis, 1);
});

afterAll(async () => {
  await redis.close();
  await server.stop();
});

beforeEach(async () => server.clear());

it('enqueues what is sent together within its budget', async () => {
  await queues.enqueueMany(actionsOf(jobs));
  expectWithin(await costs(), BUDGETS.enqueueTogether);
});

it('enqueues one by one within its budget', async () => {
  for (const action of actionsOf(jobs)) await queues.enqueue(action);
  expectWithin(await costs(), BUDGETS.enqueueAlone);
});

it('claims and settles fifty at a time within its budget', async () => {
  await queues.enqueueMany(actionsOf(jobs));
  await server.resetStats();
  expect(await drain(redis, 50)).toBe(COUNT);
  expectWithin(await costs(), BUDGETS.drain);
});

it('claims and settles one by one within its budget', async () => {
  await queues.enqueueMany(actionsOf(jobs));
  await server.resetStats();
  expect(await drain(redis, 1)).toBe(COUNT);
  expectWithin(await costs(), BUDGETS.drainAlone);
});

it('keeps a waiting action within its budget', async () => {
  const shape = { count: 20_000, tenants: 1_000, textBytes: SMALL_TEXT_BYTES };
  const many = makeJobs(shape);
  const before = await server.usedMemoryBytes();
  await queues.enqueueMany(actionsOf(many));
  const used = (await server.usedMemoryBytes()) - before;
  expectWithin({ bytes: used / shape.count - dataBytes(many) }, BUDGETS.waiting);
});

function actionsOf(some: readonly Job[]) {
  return some.map((job) => embed.create(inputOf(job)));
}

async function costs(): Promise<Record<string, number>> {
  const wire = await server.wireBytes();
  const stats = await server.commandStats();
  const calls = [...stats.values()].reduce((sum, each) => sum + each.calls, 0);
  return {
    scriptCalls: (stats.get('evalsha')?.calls ?? 0) / COUNT,
    commands: calls / COUNT,
    bytesIn: wire.in / COUNT,
    bytesOut: wire.out / COUNT,
  };
}

function expectWithin(
  costs: Readonly<Record<string, number>>,
  budget: Readonly<Record<string, number>>,
): void {
  for (const [name, most] of Object.entries(budget)) {
    expect(costs[name], `${name} of an action, of which the budget is ${most}`).toBeLessThanOrEqual(
      most,
    );
  }
}
