import { randomUUID } from 'node:crypto';
import { defineAction, defineCallback, type DomainAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { ActionProcessor, type Handler } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { giveUp } from '../src/handlers/control.ts';
import type { OnDead } from '../src/handlers/on-dead.ts';
import type { WorkerOptions } from '../src/options.ts';
import { aborted, deferred, next } from './fixture.ts';

const ask = defineAction('query.ask', { data: z.string(), result: z.string() });
const embed = defineAction('embedding.embed', { data: z.string(), result: z.number() });
const onEmbedded = defineCallback(embed, 'query');
const acme = { tenantId: 'acme', tenantTier: 'enterprise' } as const;

const never = async () => new Promise<string>(() => {});
const obey: Handler<string, string> = async (_action, { signal }) => aborted(signal);

/** Separate queues, and workers that take their domain from their handlers. */
function open() {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const start = async (processor: ActionProcessor, options: Partial<WorkerOptions> = {}) => {
    const common = { redis, prefix, logger: false, handleSignals: false, graceMs: 0 } as const;
    const worker = new BaseWorker({ ...common, ...options, processor });
    onTestFinished(async () => worker.stop());
    await worker.start();
    return worker;
  };
  return { queues, tenant: queues.tenant(acme), start };
}

describe('a worker without a domain', () => {
  it('takes it from its handlers', async () => {
    const { tenant, start } = open();
    const worker = await start(new ActionProcessor().register(ask, ({ data }) => `${data}!`));
    expect(worker.domain).toBe('query');
    expect(await tenant.request(ask, 'why')).toBe('why!');
  });

  it('is refused when its handlers have none, or several', () => {
    const options = { redis: 'redis://127.0.0.1:1', logger: false } as const;
    const none = new ActionProcessor();
    expect(() => new BaseWorker({ ...options, processor: none })).toThrow('which has none');
    const both = new ActionProcessor().register(ask, () => '').register(embed, () => 1);
    expect(() => new BaseWorker({ ...options, processor: both })).toThrow('"embedding.embed"');
  });
});

it('a handler sends a child with a definition and data, and its callback comes back', async () => {
  const { queues, tenant, start } = open();
  const received: DomainAction[] = [];
  await start(new ActionProcessor().register(embed, ({ data }) => data.length));
  const query = new ActionProcessor()
    .register(ask, async ({ data }, { enqueue }) => {
      await enqueue(embed, data, { callback: onEmbedded });
      return 'sent';
    })
    .register(onEmbedded, (action) => void received.push(action));
  await start(query);
  const { actionId } = await tenant.enqueue(ask, 'hello', { taskId: 'task', sessionId: 'chat' });
  await expect.poll(() => received, { timeout: 20_000 }).toHaveLength(1);
  expect(received[0]).toMatchObject({
    ...acme,
    taskId: 'task',
    sessionId: 'chat',
    data: { status: 'done', result: 5 },
  });
  expect(await queues.get({ domain: 'query', actionId })).toBeUndefined();
});

describe('onDead', () => {
  it('runs once, when the last attempt has failed, and before the death is stored', async () => {
    const { queues, tenant, start } = open();
    const last: boolean[] = [];
    const states: unknown[] = [];
    const onDead = vi.fn<OnDead>(async ({ actionId }) => {
      states.push((await queues.get({ domain: 'query', actionId }))?.state);
    });
    const processor = new ActionProcessor().register(
      ask,
      (_action, { isLastAttempt }) => {
        last.push(isLastAttempt);
        throw new Error('no');
      },
      { attempts: 2, baseMs: 0, onDead },
    );
    await start(processor);
    await expect(tenant.request(ask, 'why')).rejects.toMatchObject({ code: 'ACTION_FAILED' });
    expect(last).toEqual([false, true]);
    expect(states).toEqual(['active']);
    expect(onDead).toHaveBeenCalledOnce();
    const [action, error, ctx] = onDead.mock.calls[0] ?? [];
    expect(action).toMatchObject({ data: 'why', tenantId: 'acme' });
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'no' });
    expect(ctx).toMatchObject({ attempt: 2, isLastAttempt: true });
  });

  it.each<[string, unknown, () => string]>([
    ['an error that is not retryable', 'why', () => giveUp('no use')],
    ['data that does not fit', 5, () => 'never'],
  ])('runs at the first attempt for %s', async (_what, data, handler) => {
    const { queues, start } = open();
    const onDead = vi.fn<OnDead>();
    const worker = await start(new ActionProcessor().register(ask, handler, { onDead }));
    const dead = next(worker, 'dead');
    await queues.enqueue({ ...ask.create({ ...acme, data: '' }), data });
    await dead;
    expect(onDead).toHaveBeenCalledOnce();
    expect(onDead.mock.calls[0]?.[0].data).toBe(data);
  });

  it('runs for a handler that never obeys its signal, with why it was aborted', async () => {
    const { tenant, start } = open();
    const onDead = vi.fn<OnDead>();
    const options = { attempts: 1, onDead };
    await start(new ActionProcessor().register(ask, never, options), { timeoutGraceMs: 10 });
    const dead = tenant.enqueue(ask, 'why', { timeoutMs: 10 });
    await dead;
    await expect.poll(() => onDead.mock.calls.length, { timeout: 20_000 }).toBe(1);
    expect(onDead.mock.calls[0]?.[1]).toMatchObject({ code: 'ACTION_TIMEOUT' });
  });

  it.each<[string, OnDead, string]>([
    ['throws', () => expect.fail('cannot tell'), 'cannot tell'],
    ['never returns', async () => new Promise(() => {}), 'has not returned within'],
  ])('may fail: what %s keeps no action alive', async (_what, onDead, why) => {
    const { tenant, start } = open();
    const processor = new ActionProcessor().register(ask, () => giveUp('no'), { onDead });
    const worker = await start(processor, { timeoutGraceMs: 50 });
    const error = next(worker, 'error');
    await expect(tenant.request(ask, 'why')).rejects.toMatchObject({ code: 'ACTION_FAILED' });
    expect(await error).toMatchObject({
      attempted: expect.stringContaining('onDead') as string,
      error: { message: expect.stringContaining(why) as string },
    });
  });

  it('does not run for what is given back by a stopping worker, or is retried', async () => {
    const { tenant, start } = open();
    const onDead = vi.fn<OnDead>();
    const processor = new ActionProcessor().register(ask, obey, { attempts: 1, onDead });
    const worker = await start(processor);
    const started = next(worker, 'started');
    await tenant.enqueue(ask, 'why');
    await started;
    await worker.stop();
    expect(onDead).not.toHaveBeenCalled();
  });

  it('is dead even if the handler returns while it runs', async () => {
    const { queues, tenant, start } = open();
    const told = deferred();
    const returned = deferred();
    const processor = new ActionProcessor().register(
      ask,
      async () => {
        await told.promise;
        returned.resolve();
        return 'too late';
      },
      {
        attempts: 1,
        onDead: async () => {
          told.resolve();
          await returned.promise;
        },
      },
    );
    const worker = await start(processor, { timeoutGraceMs: 2_000 });
    const dead = next(worker, 'dead');
    const { actionId } = await tenant.enqueue(ask, 'why', { timeoutMs: 10, retainMs: 60_000 });
    expect(await dead).toMatchObject({ error: { code: 'ACTION_TIMEOUT' } });
    expect(await queues.get({ domain: 'query', actionId })).toMatchObject({ state: 'dead' });
  });

  it('has its own time limit: a handler that obeyed its signal is not overdue', async () => {
    const { tenant, start } = open();
    const options = { attempts: 1, onDead: async () => void (await never()) };
    const processor = new ActionProcessor().register(ask, obey, options);
    const worker = await start(processor, { timeoutGraceMs: 20 });
    const overdue = vi.fn<() => void>();
    worker.events.on('overdue', overdue);
    const dead = next(worker, 'dead');
    await tenant.enqueue(ask, 'why', { timeoutMs: 10 });
    expect(await dead).toMatchObject({ error: { code: 'ACTION_TIMEOUT' } });
    expect(overdue).not.toHaveBeenCalled();
  });

  it('does not hold up a stop: the action is dead, no stall is counted', async () => {
    const { queues, tenant, start } = open();
    const begun = deferred();
    const onDead: OnDead = async () => {
      begun.resolve();
      await never();
    };
    const processor = new ActionProcessor().register(ask, () => giveUp('no'), { onDead });
    const worker = await start(processor, { leaseMs: 300 });
    const { actionId } = await tenant.enqueue(ask, 'why');
    await begun.promise;
    await worker.stop();
    const found = await queues.get({ domain: 'query', actionId });
    expect(found).toMatchObject({ state: 'dead', error: { message: 'no' } });
  });

  it('has to be a function', () => {
    const processor = new ActionProcessor();
    expect(() => processor.register(ask, () => '', { onDead: 'log' as never })).toThrow(
      'Cannot use "log" as onDead: expected a function',
    );
  });
});

it('a handler has to be a function, and a worker needs a Redis', () => {
  const register = new ActionProcessor();
  expect(() => register.register(ask, undefined as never)).toThrow('as the handler');
  const processor = new ActionProcessor().register(ask, () => '');
  expect(() => new BaseWorker({ processor } as never)).toThrow('expected a URL or a RedisPool');
});
