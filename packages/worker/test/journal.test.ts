import { randomUUID } from 'node:crypto';
import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { ActionContext } from '../src/handlers/context.ts';
import type { WorkerOptions } from '../src/options.ts';
import { deferred, next } from './fixture.ts';

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
  return { prefix, queues, start, tenant: queues.tenant(acme) };
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

it('a stopped worker parks what waits, and another one goes on after it', async () => {
  const { start, tenant, queues } = services();
  const computed: string[] = [];
  const approve = (who: string): ActionProcessor =>
    new ActionProcessor().register(answer, async (_action, ctx) => {
      await ctx.step('ask', () => computed.push(who));
      const { approved } = await ctx.waitFor<{ approved: boolean }>('approval');
      return approved;
    });
  const first = await start(approve('first'), { graceMs: 10_000 });
  const started = next(first, 'started');
  const result = tenant.request(answer, 'hello', { timeoutMs: 20_000 });
  const { claimed } = await started;
  const { actionId } = claimed.lease;
  const ref = { domain: 'query', actionId };
  await expect.poll(() => computed).toEqual(['first']);
  const parked = next(first, 'parked');
  await first.stop();
  await parked;
  expect(await queues.get(ref)).toMatchObject({ state: 'delayed' });
  await start(approve('second'));
  expect(await queues.signal(ref, 'approval', { approved: true })).toBe('accepted');
  expect(await result).toBe(true);
  expect(computed).toEqual(['first']);
});

it('a signal that comes before its wait is kept, and the first one counts', async () => {
  const { start, tenant, queues } = services();
  const { actionId } = await tenant.enqueue(answer, 'hello', { retainMs: 60_000 });
  const ref = { domain: 'query', actionId };
  expect(await queues.signal(ref, 'approval', 'yes')).toBe('accepted');
  expect(await queues.signal(ref, 'approval', 'no')).toBe('already');
  const worker = await start(
    new ActionProcessor().register(answer, async (_action, ctx) => ctx.waitFor('approval')),
  );
  expect(await next(worker, 'done')).toMatchObject({ result: 'yes' });
  expect(await queues.signal(ref, 'approval', 'late')).toBe('unknown');
});

it('a signal reaches actions of its tenant only, and bad ones are refused', async () => {
  const { tenant, queues } = services();
  const { actionId } = await tenant.enqueue(answer, 'hello');
  const ref = { domain: 'query', actionId };
  expect(await queues.signal({ ...ref, tenantId: 'other' }, 'approval', 1)).toBe('unknown');
  expect(await queues.signal({ ...ref, actionId: 'none' }, 'approval', 1)).toBe('unknown');
  for (const name of ['', 'a:b', '=approval', '__proto__', 'x'.repeat(65)]) {
    await expect(queues.signal(ref, name, 1)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  }
  const large = 'x'.repeat(1_100_000);
  await expect(queues.signal(ref, 'approval', large)).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
  });
});

it.each([300_000, 0])(
  'a wait that takes too long ends with an error (parked after %s ms)',
  async (parkAfterMs) => {
    const { start, tenant } = services();
    const errors: unknown[] = [];
    const processor = new ActionProcessor().register(answer, async (_action, ctx) => {
      try {
        return await ctx.waitFor('approval', { timeoutMs: 100 });
      } catch (error) {
        errors.push(error);
        return 'nobody';
      }
    });
    await start(processor, { parkAfterMs });
    expect(await tenant.request(answer, 'hello', { timeoutMs: 20_000 })).toBe('nobody');
    expect(errors).toMatchObject([
      { code: 'ACTION_TIMEOUT', message: expect.stringContaining('"approval"') },
    ]);
  },
);

it('a signal that does not match its schema is an error of the handler', async () => {
  const { start, tenant, queues } = services();
  const schema = z.object({ approved: z.boolean() });
  const processor = new ActionProcessor().register(answer, async (_action, ctx) =>
    ctx.waitFor('approval', { schema }),
  );
  const worker = await start(processor);
  const { actionId } = await tenant.enqueue(answer, 'hello');
  await queues.signal({ domain: 'query', actionId }, 'approval', { approved: 'maybe' });
  expect(await next(worker, 'dead')).toMatchObject({ error: { code: 'VALIDATION' } });
});

it('the error of a child is typed, and the same whenever its parent runs', async () => {
  const { start, tenant } = services();
  const codes: unknown[] = [];
  const failing = new ActionProcessor().register(
    embed,
    () => {
      throw new Error('The model is broken');
    },
    { attempts: 1 },
  );
  const processor = new ActionProcessor().register(
    answer,
    async (_action, ctx) => {
      const error = await ctx
        .call('embed', embed, { data: 'a' })
        .catch((thrown: unknown) => thrown);
      codes.push((error as { code?: string }).code);
      if (ctx.attempt === 1) throw new Error('Try again');
      return 'ok';
    },
    { attempts: 2, baseMs: 1, capMs: 1 },
  );
  await start(failing);
  await start(processor);
  expect(await tenant.request(answer, 'hello')).toBe('ok');
  expect(codes).toEqual(['ACTION_FAILED', 'ACTION_FAILED']);
});

it('a name stands for one thing, in a handler and over a deploy', async () => {
  const { start, tenant } = services();
  const twice = new ActionProcessor().register(answer, async (_action, ctx) => {
    await ctx.step('same', () => 1);
    return ctx.step('same', () => 2);
  });
  const old = await start(twice);
  const dead = next(old, 'dead');
  await tenant.enqueue(answer, 'hello');
  expect(await dead).toMatchObject({ error: { code: 'JOURNAL_CONFLICT' } });
  await old.stop();
  const before = new ActionProcessor().register(answer, async (_action, ctx) => {
    await ctx.step('one', () => 1);
    throw new Error('Try again');
  });
  const retried = next(await start(before, { retry: { baseMs: 1, capMs: 1 } }), 'retry');
  await tenant.enqueue(answer, 'hello');
  await retried;
});

it('refuses a step beyond the limits of a journal, and keeps the others', async () => {
  const { start, tenant } = services();
  const processor = new ActionProcessor().register(answer, async (_action, ctx) => {
    const big = await ctx.step('big', () => 'x'.repeat(900_000));
    const error = await ctx
      .step('bigger', () => 'y'.repeat(200_000))
      .catch((thrown: unknown) => thrown);
    const small = await ctx.step('small', () => 'z');
    return [big.length, (error as { code: string }).code, small];
  });
  await start(processor);
  expect(await tenant.request(answer, 'hello')).toEqual([900_000, 'PAYLOAD_TOO_LARGE', 'z']);
});

it('an agent that calls itself 32 levels deep does not wait for its own slot or cap', async () => {
  const { prefix, queues } = services();
  const think = defineAction('agent.think', { data: z.number(), result: z.number() });
  const processor = new ActionProcessor().register(think, async ({ data }, ctx) =>
    data === 0 ? 1 : 1 + (await ctx.call('deeper', think, { data: data - 1 })),
  );
  const redis = inject('redisUrl');
  const tiers = { free: { maxActive: 1, perMinute: null } };
  const manager = new DomainQueueManager({ redis, prefix, tiers });
  onTestFinished(async () => manager.close());
  const worker = new BaseWorker({
    redis,
    prefix,
    processor,
    tiers,
    concurrency: 1,
    logger: false,
    handleSignals: false,
  });
  onTestFinished(async () => worker.stop());
  await worker.start();
  const options = { timeoutMs: 25_000 };
  expect(await manager.tenant(acme).request(think, 32, options)).toBe(33);
  expect((await queues.stats('agent')).tiers.free).toMatchObject({
    active: 0,
    waiting: 0,
    delayed: 0,
  });
});

it.each([
  ['parked', 0, 'once'],
  ['retried', 300_000, 'twice'],
])('a handler that called another and was %s leaves no directory of children', async (...given) => {
  const [, parkAfterMs, attempts] = given;
  const { prefix, start, tenant } = services();
  await start(embedder());
  const processor = new ActionProcessor().register(
    answer,
    async (_action, ctx) => {
      const length = await ctx.call('embed', embed, { data: 'a' });
      if (attempts === 'twice' && ctx.attempt === 1) throw new Error('Try again');
      return length;
    },
    { attempts: 2, baseMs: 1, capMs: 1 },
  );
  const worker = await start(processor, { parkAfterMs });
  const done = next(worker, 'done');
  expect(await tenant.request(answer, 'hello')).toBe(1);
  const { actionId } = (await done).claimed.lease;
  const pool = new RedisPool({ url: inject('redisUrl') });
  onTestFinished(async () => pool.close());
  const key = `${prefix}:{query}:children:${actionId}`;
  await expect.poll(async () => pool.command().exists(key)).toBe(0);
});

it.each<[string, (ctx: ActionContext) => Promise<unknown>, string]>([
  ['a call inside a step', async (ctx) => ctx.call('embed', embed, { data: 'a' }), 'step "outer"'],
  ['a wait inside a step', async (ctx) => ctx.waitFor('approval'), 'step "outer"'],
])('%s is refused: it would never end', async (_what, waits, message) => {
  const { start, tenant } = services();
  await start(embedder());
  await start(
    new ActionProcessor().register(answer, async (_action, ctx) =>
      ctx.step('outer', async () => waits(ctx)),
    ),
  );
  const error = await failureOf(tenant.request(answer, 'hello'));
  expect(error).toMatchObject({ code: 'INVALID_ACTION' });
  expect(error.message).toContain(message);
});

it('a wait refuses an option that it does not have', async () => {
  const { start, tenant } = services();
  await start(
    new ActionProcessor().register(
      answer,
      async (_action, ctx) => ctx.waitFor('approval', { timeout: 1 } as object),
      { attempts: 1 },
    ),
  );
  const error = await failureOf(tenant.request(answer, 'hello'));
  expect(error.message).toContain('timeoutMs');
});

async function failureOf(request: Promise<unknown>): Promise<Error> {
  const failed = await request.then(
    () => new Error('It has succeeded'),
    (error: unknown) => (error as Error).cause,
  );
  return failed as Error;
}

it('a wait ends at its deadline although a step beside it is not done', async () => {
  const { start, tenant } = services();
  const stepEnds = deferred();
  const processor = new ActionProcessor().register(answer, async (_action, ctx) => {
    const late = ctx.waitFor('approval', { timeoutMs: 50 }).catch((error: Error) => {
      stepEnds.resolve();
      return error.name;
    });
    await ctx.step('long', async () => stepEnds.promise.then(() => 1));
    return late;
  });
  await start(processor);
  expect(await tenant.request(answer, 'hello', { timeoutMs: 20_000 })).toBe('ActionTimeoutError');
});

it('a signal for the name of a call does not take the place of its outcome', async () => {
  const { start, tenant, queues } = services();
  const signalled: string[] = [];
  await start(
    new ActionProcessor().register(embed, async ({ data, parentActionId: actionId = '' }) => {
      signalled.push(await queues.signal({ domain: 'query', actionId }, 'embed', 42));
      return data.length;
    }),
  );
  await start(
    new ActionProcessor().register(answer, async (_action, ctx) => {
      await ctx.waitFor('begin');
      return ctx.call('embed', embed, { data: 'abc' });
    }),
  );
  const { actionId } = await tenant.enqueue(answer, 'hello', { retainMs: 60_000 });
  await queues.signal({ domain: 'query', actionId }, 'begin', null);
  await expect
    .poll(async () => (await queues.get({ domain: 'query', actionId }))?.state)
    .toBe('done');
  expect(signalled).toEqual(['already']);
});
