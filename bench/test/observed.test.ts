import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeJobs, SMALL_TEXT_BYTES } from '../src/payload.ts';
import { Server } from '../src/server.ts';
import { embed, inputOf } from '../src/systems/nooble-actions.ts';
import { drain } from './drain.ts';

const jobs = makeJobs({ count: 500, tenants: 10, textBytes: SMALL_TEXT_BYTES });

let server: Server;
let redis: RedisPool;

beforeAll(async () => {
  server = await Server.start();
  redis = new RedisPool({ url: server.url });
});

afterAll(async () => {
  await redis.close();
  await server.stop();
});

/** Commands on the arrival buckets and the clock, whose number depends on the moments at which actions arrive. */
const TIMED = new Set(['hdel', 'hincrby', 'hset', 'hmget']);

/** Returns the calls and commands of sending all jobs and draining them. */
async function countsOf(queues: DomainQueueManager): Promise<Record<string, number>> {
  await server.clear();
  const stats = async () => {
    await queues.enqueueMany(jobs.map((job) => embed.create(inputOf(job))));
    await drain(redis, 50);
    return server.commandStats();
  };
  const counted = [...(await stats())].filter(([name]) => !TIMED.has(name));
  return Object.fromEntries(counted.map(([name, { calls }]) => [name, calls]));
}

it('an observer that changes nothing changes no call and no command, nor does one that was removed', async () => {
  const queues = new DomainQueueManager({ redis });
  await countsOf(queues);
  const unheard = await countsOf(queues);
  const remove = queues.observers.add({ admit: async (action, admit) => admit(action) });
  expect(await countsOf(queues)).toEqual(unheard);
  remove();
  expect(await countsOf(queues)).toEqual(unheard);
});
