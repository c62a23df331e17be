import { randomUUID } from 'node:crypto';
import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';

const greet = defineAction('greeting.create', { data: z.string(), result: z.string() });

it('a worker is listed with its version and concurrency until it stops', async () => {
  const [redis, prefix] = [inject('redisUrl'), `test-${randomUUID()}`];
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const processor = new ActionProcessor().register(greet, ({ data }) => data);
  const quiet = { logger: false, handleSignals: false } as const;
  const options = { redis, prefix, processor, concurrency: 3, version: '1.2.3', ...quiet };
  const worker = new BaseWorker(options);
  await worker.start();
  const facts = { pid: process.pid, version: '1.2.3', concurrency: 3, running: 0 };
  expect(await queues.workers('greeting')).toMatchObject([facts]);
  await worker.stop();
  expect(await queues.workers('greeting')).toEqual([]);
});

it('refuses a version that is not a short text', () => {
  const processor = new ActionProcessor().register(greet, ({ data }) => data);
  const make = (version: string) => () =>
    new BaseWorker({ redis: inject('redisUrl'), processor, logger: false, version });
  for (const version of ['', 'x'.repeat(256)]) expect(make(version)).toThrow(RangeError);
});
