import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { WorkerOptions } from '../src/options.ts';

const PATIENT = { timeout: 60_000 };
const LONG = 90_000;
const SECOND_MS = 1_000;
const tick = defineAction('clock.tick', { data: z.null() });
const everySecond = {
  definition: tick,
  input: null,
  tenantId: 'acme',
  tenantTier: 'free',
  everyMs: SECOND_MS,
  missed: 'all',
} as const;

/** A separate domain, whose workers record the slots that they handle (Unix ms). */
function clock() {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const free = { perMinute: null, perDay: null };
  const queues = new DomainQueueManager({ redis, prefix, tiers: { free } });
  onTestFinished(async () => queues.close());
  const handled: number[] = [];
  const start = async (options: Partial<WorkerOptions> = {}) => {
    const processor = new ActionProcessor().register(tick, ({ metadata }) => {
      handled.push(Date.parse((metadata['schedule'] as { slot: string }).slot));
    });
    const quiet = { logger: false, handleSignals: false, graceMs: 0 } as const;
    const common = { redis, prefix, processor, tiers: { free } };
    const worker = new BaseWorker({ ...quiet, ...common, ...options });
    onTestFinished(async () => worker.stop());
    await worker.start();
    return worker;
  };
  /** Every slot from the first to the last, each once. */
  const expectEachOnce = (first: number) => {
    const sorted = handled.toSorted((a, b) => a - b);
    expect(sorted).toEqual(sorted.map((_, n) => first + n * SECOND_MS));
  };
  return { redis, prefix, queues, handled, start, expectEachOnce };
}

it(
  'two workers send every slot of a schedule once',
  async () => {
    const { queues, handled, start, expectEachOnce } = clock();
    const { nextAt } = await queues.schedule('tick', everySecond);
    await start();
    await start();
    await expect.poll(() => handled.length, PATIENT).toBeGreaterThanOrEqual(4);
    expectEachOnce(Date.parse(nextAt));
  },
  LONG,
);

it(
  'another worker sends the slot that a process took before it was killed',
  async () => {
    const { redis, prefix, queues, handled, start, expectEachOnce } = clock();
    const { nextAt, ...ref } = await queues.schedule('tick', everySecond);
    const program = new URL('slot-taker.mjs', import.meta.url).pathname;
    const child = spawn(process.execPath, [program, redis, prefix, 'clock']);
    onTestFinished(() => void child.kill('SIGKILL'));
    // The tier of the schedule is stated, so its process asks the directory at admission.
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(handled).toEqual([]);
    const [taken] = await queues.schedules(ref.domain);
    expect(taken?.nextAt).toBe(nextAt);
    await start();
    await expect.poll(() => handled.length, PATIENT).toBeGreaterThanOrEqual(4);
    expectEachOnce(Date.parse(nextAt));
  },
  LONG,
);

it(
  'a running worker learns of a new schedule, and of its end',
  async () => {
    const { queues, handled, start } = clock();
    await start();
    const schedule = await queues.schedule('tick', everySecond);
    await expect.poll(() => handled.length, PATIENT).toBeGreaterThanOrEqual(1);
    await queues.unschedule(schedule);
    expect(await queues.schedules('clock')).toEqual([]);
  },
  LONG,
);

it(
  'publishes slots that were refused, and goes on with the next one',
  async () => {
    const { queues, start } = clock();
    await queues.schedule('tick', { ...everySecond, missed: 'once' });
    const refused: string[] = [];
    const worker = await start({ queues: managerThatRefuses(queues) });
    worker.events.on('error', ({ attempted }) => refused.push(attempted));
    await expect.poll(() => refused.length, PATIENT).toBeGreaterThanOrEqual(1);
    expect(refused[0]).toMatch(/^send slot \S+Z of schedule "tick" of domain "clock"$/);
  },
  LONG,
);

/** A manager on the same queues whose directory knows nobody. */
function managerThatRefuses({ redis, prefix }: DomainQueueManager): DomainQueueManager {
  return new DomainQueueManager({ redis, prefix, directory: { resolve: () => undefined } });
}
