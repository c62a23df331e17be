import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeJobs, SMALL_TEXT_BYTES } from '../src/payload.ts';
import { Server } from '../src/server.ts';
import { embed, inputOf } from '../src/systems/nooble-actions.ts';
import { drain } from './drain.ts';

const COUNT = 1_000;
const SLOTS = 50;
const LEAST_ROUNDS = 20;
const ROUNDS = 60;
/** Maximum time of Redis with a history, as a multiple of the time without one. Measured: 1.29. */
const MOST = 1.4;

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

it('an action costs Redis little more time in a domain that keeps its history', async () => {
  const used = { without: 0, with: 0 };
  // Processor time, which other programs hardly change; the sums of many rounds, in turns.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of ['without', 'with'] as const) used[side] += await runActions(side);
    if (round >= LEAST_ROUNDS && used.with / used.without <= MOST) return;
  }
  const ratio = used.with / used.without;
  expect.fail(`An action costs ${ratio} times the time without a history, at most ${MOST} allowed`);
}, 60_000);

/** Enqueues actions together, then claims and settles fifty at a time. Returns the time of the server process (µs). */
async function runActions(side: 'without' | 'with'): Promise<number> {
  await server.clear();
  if (side === 'with') await queues.setHistory('work', {});
  const before = await server.cpuMicroseconds();
  const jobs = makeJobs({ count: COUNT, tenants: 100, textBytes: SMALL_TEXT_BYTES });
  await queues.enqueueMany(jobs.map((job) => embed.create(inputOf(job))));
  await drain(redis, SLOTS);
  return (await server.cpuMicroseconds()) - before;
}
