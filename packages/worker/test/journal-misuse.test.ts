import { randomUUID } from 'node:crypto';
import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor, type HandlerOptions } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { ActionContext } from '../src/handlers/context.ts';
import { deferred, next } from './fixture.ts';

const acme = { tenantId: 'acme', tenantTier: 'free' } as const;
const answer = defineAction('query.answer', { data: z.string(), result: z.unknown() });

type Handle = (ctx: ActionContext) => Promise<unknown>;

const codeOf = (error: { code?: string }) => error.code;

/** A worker that runs a handler, and a sender of its actions. */
async function running(handle: Handle, options: HandlerOptions = {}) {
  const common = { redis: inject('redisUrl'), prefix: `test-${randomUUID()}` };
  const queues = new DomainQueueManager(common);
  onTestFinished(async () => queues.close());
  const processor = new ActionProcessor().register(
    answer,
    async (_action, ctx) => handle(ctx),
    options,
  );
  const worker = new BaseWorker({ ...common, processor, logger: false, handleSignals: false });
  onTestFinished(async () => worker.stop());
  await worker.start();
  return { worker, queues, tenant: queues.tenant(acme) };
}

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

it.each<[string, unknown]>([
  ['a BigInt', 5n],
  ['a cycle', cycle],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
])('a step whose value is %s is a dead letter that names the step', async (_what, value) => {
  const { worker, tenant } = await running(async (ctx) => ctx.step('count', () => value));
  const dead = next(worker, 'dead');
  const { actionId } = await tenant.enqueue(answer, 'hello');
  const { error } = await dead;
  expect(error).toMatchObject({ code: 'VALIDATION', retryable: false });
  expect(error.message).toContain(`step "count" of action "${actionId}"`);
});

it('a step may have no value', async () => {
  const { tenant } = await running(async (ctx) => {
    const nothing = await ctx.step('nothing', () => undefined);
    return [nothing === undefined, await ctx.step('nulls', () => ({ a: undefined, b: null }))];
  });
  expect(await tenant.request(answer, 'hello')).toEqual([true, { b: null }]);
});

const wrong = 5 as never;
it.each<[string, Handle, string]>([
  ['a name', async (ctx) => ctx.step(wrong, () => 1), 'name in a journal'],
  ['what a step computes', async (ctx) => ctx.step('one', wrong), 'step \\"one\\" computes'],
  ['no definition', async (ctx) => ctx.call('one', wrong, { data: 1 }), 'definition'],
  [
    'half a definition',
    async (ctx) => ctx.call('one', { type: 'a.b' } as never, wrong),
    'definition',
  ],
  ['the input of a call', async (ctx) => ctx.call('one', answer, wrong), 'input of call'],
  ['options of a wait', async (ctx) => ctx.waitFor('one', wrong), 'options of waitFor'],
  ['a schema', async (ctx) => ctx.waitFor('one', { schema: wrong }), 'schema'],
  ['a time', async (ctx) => ctx.waitFor('one', { timeoutMs: 'soon' as never }), 'timeoutMs'],
  ['a definition to enqueue', async (ctx) => ctx.enqueue(wrong, 1), 'definition'],
])('%s that is wrong ends the action at once, with an error that says so', async (...given) => {
  const [, handle, message] = given;
  const { worker, tenant } = await running(handle);
  const dead = next(worker, 'dead');
  await tenant.enqueue(answer, 'hello');
  const { error } = await dead;
  expect(error).toMatchObject({ code: 'INVALID_ACTION', retryable: false });
  expect(error.message.replaceAll('"', '\\"')).toContain(message);
});

it.each<[string, Handle]>([
  ['step', async (ctx) => ctx.step('late', () => 1)],
  ['call', async (ctx) => ctx.call('late', answer, { data: 'x' })],
  ['waitFor', async (ctx) => ctx.waitFor('late')],
  ['emit', async (ctx) => ctx.emit('late')],
  ['enqueue', async (ctx) => ctx.enqueue(answer, 'late')],
  ['queues.enqueue', async (ctx) => ctx.queues.enqueue(answer.create({ ...acme, data: 'late' }))],
  ['queues.request', async (ctx) => ctx.queues.tenant().request(answer, 'late')],
])('%s after the handler has returned is refused, and does nothing', async (_what, use) => {
  const contexts: ActionContext[] = [];
  const { worker, tenant, queues } = await running(async (ctx) => contexts.push(ctx));
  const done = next(worker, 'done');
  const { actionId } = await tenant.enqueue(answer, 'hello');
  await done;
  const [ctx] = contexts;
  if (!ctx) throw new Error('The handler did not run');
  await expect(use(ctx)).rejects.toMatchObject({
    code: 'HANDLER_RETURNED',
    message: expect.stringContaining(`the handler of action "${actionId}" has returned`),
  });
  expect((await queues.stats('query')).tiers.free).toMatchObject({ waiting: 0, active: 0 });
});

it('what a handler leaves waiting is rejected with the same error when it returns', async () => {
  const left: Promise<unknown>[] = [];
  const { tenant } = await running(async (ctx) => {
    await ctx.step('first', () => 1);
    left.push(ctx.waitFor('never').catch((error: unknown) => error));
    return 'done';
  });
  expect(await tenant.request(answer, 'hello')).toBe('done');
  expect(await left[0]).toMatchObject({ code: 'HANDLER_RETURNED' });
});

it('onDead may still send an action, but neither compute a step nor emit a chunk', async () => {
  const seen = deferred<unknown[]>();
  const { tenant } = await running(
    async () => {
      throw new Error('The model is broken');
    },
    {
      attempts: 1,
      onDead: async (_action, _error, ctx) => {
        const step = await ctx.step('late', () => 1).catch(codeOf);
        const emit = await ctx.emit('late').catch(codeOf);
        const { status } = await ctx.enqueue(answer, 'sent', { delayMs: 60_000 });
        seen.resolve([step, emit, status]);
      },
    },
  );
  await tenant.enqueue(answer, 'hello');
  expect(await seen.promise).toEqual(['HANDLER_RETURNED', 'HANDLER_RETURNED', 'accepted']);
});
