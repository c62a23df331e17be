import { randomUUID } from 'node:crypto';
import { defineAction, defineCallback } from '@nooble/models';
import { DomainQueueManager, type QueueManagerOptions } from '@nooble/queue';
import { BaseWorker, type ActionProcessor, type WorkerOptions } from '@nooble/worker';
import { inject, onTestFinished } from 'vitest';
import { z } from 'zod';

export const ask = defineAction('query.ask', { data: z.string(), result: z.string() });
export const generate = defineAction('embedding.generate', {
  data: z.string(),
  result: z.array(z.number()),
});
export const index = defineAction('embedding.index', { data: z.string(), result: z.string() });
export const indexed = defineCallback(index, 'query');

export const acme = { tenantId: 'acme', tenantTier: 'free' } as const;

/** Timeout of `expect.poll` on a slow machine. */
export const PATIENT = { timeout: 20_000 };

/** A separate queue, and a function that creates workers for it. Everything is closed when the test ends. */
export function openStage() {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const managerOf = (options: Partial<QueueManagerOptions> = {}): DomainQueueManager => {
    const queues = new DomainQueueManager({ redis, prefix, ...options });
    onTestFinished(async () => queues.close());
    return queues;
  };
  const workerOf = (
    processor: ActionProcessor,
    options: Partial<WorkerOptions> = {},
  ): BaseWorker => {
    const quiet = { logger: false, handleSignals: false, graceMs: 0 } as const;
    const worker = new BaseWorker({ redis, prefix, ...quiet, ...options, processor });
    onTestFinished(async () => worker.stop());
    return worker;
  };
  return { managerOf, workerOf };
}
