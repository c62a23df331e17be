import { randomUUID } from 'node:crypto';
import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { ActionContext } from '../src/handlers/context.ts';
import { readAll } from './fixture.ts';

const acme = { tenantId: 'acme', tenantTier: 'free' } as const;
const answer = defineAction('query.answer', {
  data: z.string(),
  chunk: z.string(),
  result: z.string(),
});

/** Streams an action that a handler runs, after its chunk `one`. */
async function stream(handle: (ctx: ActionContext<string>) => Promise<void>) {
  const common = { redis: inject('redisUrl'), prefix: `test-${randomUUID()}` };
  const queues = new DomainQueueManager(common);
  onTestFinished(async () => queues.close());
  const processor = new ActionProcessor().register(answer, async (_action, ctx) => {
    await ctx.emit('one');
    await handle(ctx);
    return 'done';
  });
  const worker = new BaseWorker({ ...common, processor, logger: false, handleSignals: false });
  onTestFinished(async () => worker.stop());
  await worker.start();
  return new ActionClient({ queues }).stream(answer, { ...acme, data: 'hello' });
}

it.each<[string, unknown, string]>([
  ['does not fit its schema', 5, 'VALIDATION'],
  ['is too large', 'x'.repeat(300_000), 'PAYLOAD_TOO_LARGE'],
])('a chunk that %s and is not awaited fails the action', async (_what, chunk, code) => {
  const chunks = await stream(async (ctx) => void ctx.emit(chunk as string));
  const read: string[] = [];
  const failure = await (async () => {
    for await (const each of chunks) read.push(each);
  })().catch((error: unknown) => error);
  expect(read).toEqual(['one']);
  expect(failure).toMatchObject({ code: 'ACTION_FAILED', details: { error: { code } } });
});

it.each<[string, (emitted: Promise<void>) => Promise<unknown>]>([
  ['awaits and catches', async (emitted) => emitted.catch(() => undefined)],
  ['settles with others', async (emitted) => Promise.allSettled([emitted])],
])('a handler that %s a refused chunk goes on', async (_what, hear) => {
  const chunks = await stream(async (ctx) => {
    await hear(ctx.emit(5 as never));
    await ctx.emit('two');
  });
  expect(await readAll(chunks)).toEqual({ items: ['one', 'two'], result: 'done' });
});
