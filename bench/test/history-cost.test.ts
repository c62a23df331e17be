import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeJobs, SMALL_TEXT_BYTES } from '../src/payload.ts';
import { Server } from '../src/server.ts';
import { embed, inputOf } from '../src/systems/nooble-actions.ts';
import { drain } from './drain.ts';

const COUNT = 500;
const SLOTS = 50;
const LEAST_ROUNDS = 10;
const ROUNDS = 300;
/** Maximum time of Redis with a history, as a multiple of the time without one. */
const MOST = 1.25;

let server: Server;
let redis: RedisPool;
let queues: DomainQueueManager;

beforeAll(async () => {
  server = await Server.start();
  redis = new RedisPool({ url: server.url });
  queues = new DomainQueueManager({ redis });
});

afterAll(async () => {
  await redis.close();
  await server.stop();
});

it('a history costs Redis at most a quarter more time per action', async () => {
  const least = { without: Number.POSITIVE_INFINITY, with: Number.POSITIVE_INFINITY };
  // The fastest round of each counts, so that more rounds increase the accuracy.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of ['without', 'with'] as const) {
      await server.clear();
      if (side === 'with') await queues.setHistory('work', {});
      await server.resetStats();
      const jobs = makeJobs({ count: COUNT, tenants: 100, textBytes: SMALL_TEXT_BYTES });
      await queues.enqueueMany(jobs.map((job) => embed.create(inputOf(job))));
      await drain(redis, SLOTS);
      const stats = await server.commandStats();
      least[side] = Math.min(least[side], stats.get('evalsha')?.usec ?? Number.NaN);
    }
    if (round >= LEAST_ROUNDS && least.with / least.without <= MOST) return;
  }
  const ratio = least.with / least.without;
  expect.fail(`An action costs ${ratio} times the time without a history, at most ${MOST} allowed`);
}, 60_000);
