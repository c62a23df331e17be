import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeJobs, SMALL_TEXT_BYTES } from '../src/payload.ts';
import { Server } from '../src/server.ts';
import { embed, inputOf } from '../src/systems/nooble-actions.ts';
import { BUDGETS } from './budgets.ts';
import { drain } from './drain.ts';

const COUNT = 500;
const SLOTS = 50;
const LEAST_ROUNDS = 10;
const ROUNDS = 300;

/**
 * Calibration script that stores, lists, reads and removes entries one by one. A slow or busy machine slows it down as
 * much as the scripts under test.
 */
const CALIBRATION = `
  for number = 1, tonumber(ARGV[1]) do
    local id = 'action-' .. number
    redis.call('HSET', KEYS[1], id, ARGV[2])
    redis.call('RPUSH', KEYS[2], id)
    local entry = {id = redis.call('LPOP', KEYS[2])}
    entry.stored = redis.call('HGET', KEYS[1], entry.id)
    redis.call('HDEL', KEYS[1], entry.id)
  end`;

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

it('costs Redis no more time, in the time of a script that does not change, than its budget', async () => {
  const least = { evalsha: Number.POSITIVE_INFINITY, eval: Number.POSITIVE_INFINITY };
  // The fastest round of each counts, so that more rounds increase the accuracy.
  for (let round = 0; round < ROUNDS; round += 1) {
    await server.clear();
    await runActions();
    await calibrate();
    const stats = await server.commandStats();
    for (const script of ['evalsha', 'eval'] as const) {
      least[script] = Math.min(least[script], stats.get(script)?.usec ?? Number.NaN);
    }
    if (round >= LEAST_ROUNDS && least.evalsha / least.eval <= BUDGETS.redisTime) return;
  }
  const ratio = least.evalsha / least.eval;
  expect.fail(
    `An action costs ${ratio} turns of the calibration, of which the budget is ${BUDGETS.redisTime}`,
  );
}, 60_000);

/** Enqueues actions together, then claims and settles fifty at a time. */
async function runActions(): Promise<void> {
  const jobs = makeJobs({ count: COUNT, tenants: 100, textBytes: SMALL_TEXT_BYTES });
  await queues.enqueueMany(jobs.map((job) => embed.create(inputOf(job))));
  await drain(redis, SLOTS);
}

async function calibrate(): Promise<void> {
  const stored = 'x'.repeat(500);
  for (let done = 0; done < COUNT; done += SLOTS) {
    await redis.command().eval(CALIBRATION, 2, '{c}hash', '{c}list', SLOTS, stored);
  }
}
