import { randomUUID } from 'node:crypto';
import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { ActionContext } from '../src/handlers/context.ts';

const acme = { tenantId: 'acme', tenantTier: 'free' } as const;
const turn = defineAction('query.turn', { data: z.string(), result: z.string() });

/** Runs a handler in an action of sequence "chat". Every other action returns its data. */
async function runInSequence(handle: (ctx: ActionContext) => Promise<string>): Promise<string> {
  const common = { redis: inject('redisUrl'), prefix: `test-${randomUUID()}` };
  const queues = new DomainQueueManager(common);
  onTestFinished(async () => queues.close());
  const processor = new ActionProcessor().register(turn, async ({ data }, ctx) =>
    data === 'first' ? handle(ctx) : data,
  );
  const worker = new BaseWorker({ ...common, processor, logger: false, handleSignals: false });
  onTestFinished(async () => worker.stop());
  await worker.start();
  return queues.tenant(acme).request(turn, 'first', { sequence: 'chat' });
}

const codeOf = (error: { code: string; message: string }) => `${error.code} ${error.message}`;

it('an action cannot wait for one of its own sequence', async () => {
  const result = await runInSequence(async (ctx) =>
    ctx.queues.tenant().request(turn, 'second', { sequence: 'chat' }).catch(codeOf),
  );
  expect(result).toMatch(/^INVALID_ACTION .*same sequence "chat".*give it another sequence/);
});

it.each([{ sequence: 'other' }, {}])('an action waits for one with %j', async (options) => {
  const result = await runInSequence(async (ctx) =>
    ctx.queues.tenant().request(turn, 'second', options),
  );
  expect(result).toBe('second');
});

it('an action may enqueue one of its own sequence', async () => {
  const result = await runInSequence(async (ctx) => {
    const { status } = await ctx.queues.tenant().enqueue(turn, 'second', { sequence: 'chat' });
    return status;
  });
  expect(result).not.toBe('');
});
