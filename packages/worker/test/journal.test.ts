import { randomUUID } from 'node:crypto';
import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { WorkerOptions } from '../src/options.ts';

const acme = { tenantId: 'acme', tenantTier: 'free' } as const;
const answer = defineAction('query.answer', { data: z.string(), result: z.unknown() });
const embed = defineAction('embedding.generate', { data: z.string(), result: z.number() });

/** Services on one queue of their own. */
function services() {
  const prefix = `test-${randomUUID()}`;
  const redis = inject('redisUrl');
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const start = async (
    processor: ActionProcessor,
    options: Partial<WorkerOptions> = {},
  ): Promise<BaseWorker> => {
    const common = { redis, prefix, logger: false, handleSignals: false, graceMs: 0 } as const;
    const worker = new BaseWorker({ ...common, processor, ...options });
    onTestFinished(async () => worker.stop());
    await worker.start();
    return worker;
  };
  return { queues, start, tenant: queues.tenant(acme) };
}

/** A worker that answers with the length of a text. */
function embedder(ran: string[] = []): ActionProcessor {
  return new ActionProcessor().register(embed, ({ data }) => {
    ran.push(data);
    return data.length;
  });
}

it('a step is computed once, although its action runs again', async () => {
  const { start, tenant } = services();
  const computed: number[] = [];
  const processor = new ActionProcessor().register(
    answer,
    async (_action, ctx) => {
      const first = await ctx.step('first', () => computed.push(ctx.attempt));
      if (ctx.attempt === 1) throw new Error('Try again');
      return first;
    },
    { attempts: 2, baseMs: 1, capMs: 1 },
  );
  await start(processor);
  expect(await tenant.request(answer, 'hello')).toBe(1);
  expect(computed).toEqual([1]);
});

it.each([
  ['in the memory of its worker', 300_000],
  ['parked', 0],
])('a handler that calls others receives their results, %s', async (_where, parkAfterMs) => {
  const { start, tenant } = services();
  const ran: string[] = [];
  await start(embedder(ran));
  const processor = new ActionProcessor().register(answer, async (_action, ctx) => {
    const [one, two] = await Promise.all([
      ctx.call('embed-1', embed, { data: 'a' }),
      ctx.call('embed-2', embed, { data: 'bb' }),
    ]);
    return one + two;
  });
  await start(processor, { parkAfterMs });
  expect(await tenant.request(answer, 'hello')).toBe(3);
  expect(ran.toSorted()).toEqual(['a', 'bb']);
});
