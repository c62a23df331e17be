import { randomUUID } from 'node:crypto';
import { ThrottledError } from '@nooble/errors';
import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { retryLater } from '../src/handlers/control.ts';
import type { ActionEvent } from '../src/reporting/events.ts';
import type { WorkerOptions } from '../src/options.ts';

const HOUR_MS = 3_600_000;
const PATIENT = { timeout: 20_000 };
const answer = defineAction('chat.answer', { data: z.object({ model: z.string() }) });
const tenants = Array.from({ length: 100 }, (_, n) => `tenant-${n}`);

/** A separate domain with workers of one slot. Events are counted over all of them. */
function chat() {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const seen = { throttled: [] as string[], done: [] as string[], dead: [] as string[] };
  const note = (name: keyof typeof seen) => (event: ActionEvent) =>
    seen[name].push(event.claimed.lease.actionId);
  const start = async (processor: ActionProcessor, options: Partial<WorkerOptions> = {}) => {
    const common = { redis, prefix, logger: false, handleSignals: false } as const;
    const worker = new BaseWorker({ ...common, concurrency: 1, graceMs: 0, ...options, processor });
    worker.events.on('throttled', note('throttled'));
    worker.events.on('done', note('done'));
    worker.events.on('dead', note('dead'));
    onTestFinished(async () => worker.stop());
    await worker.start();
    return worker;
  };
  const send = async (tenantId: string, model = 'gpt-4o') =>
    queues.tenant({ tenantId, tenantTier: 'professional' }).enqueue(answer, { model });
  return { queues, seen, start, send };
}

it('of a hundred actions of many tenants one meets the limit of their key, in all workers', async () => {
  const { seen, start, send } = chat();
  const runs: string[] = [];
  const processor = () =>
    new ActionProcessor().register(
      answer,
      ({ data }) => {
        runs.push(data.model);
        if (data.model === 'gpt-4o') {
          throw new ThrottledError({ what: 'The API', retryAfterMs: HOUR_MS });
        }
      },
      { throttleKey: ({ data }) => `openai/${data.model}` },
    );
  await start(processor());
  await send('first');
  await expect.poll(() => seen.throttled, PATIENT).toHaveLength(1);
  await start(processor());
  await Promise.all(tenants.map(async (tenant) => send(tenant)));
  await expect.poll(() => seen.throttled, PATIENT).toHaveLength(101);
  await send('last', 'local');
  await expect.poll(() => seen.done, PATIENT).toHaveLength(1);
  expect(runs).toEqual(['gpt-4o', 'local']);
});

it('runs the actions of a key once it is free, with all their attempts', async () => {
  const { seen, start, send } = chat();
  const attempts: number[] = [];
  const processor = new ActionProcessor().register(
    answer,
    (_action, ctx) => {
      attempts.push(ctx.attempt);
      if (attempts.length === 1) retryLater(300, { counts: false, hold: 'key' });
    },
    { throttleKey: 'openai/gpt-4o', attempts: 1 },
  );
  await start(processor);
  for (const tenant of ['a', 'b', 'c']) await send(tenant);
  await expect.poll(() => seen.done, PATIENT).toHaveLength(3);
  expect(attempts).toEqual([1, 1, 1, 1]);
  expect(seen.dead).toEqual([]);
});

it('of many actions of a tenant one meets its limit, in all workers, and other tenants are served', async () => {
  const { queues, seen, start, send } = chat();
  const runs: string[] = [];
  const processor = () =>
    new ActionProcessor().register(answer, ({ tenantId }) => {
      runs.push(tenantId);
      if (tenantId === 'acme') retryLater(HOUR_MS, { counts: false, hold: 'tenant' });
    });
  for (let n = 0; n < 50; n += 1) await send('acme');
  await start(processor());
  await expect.poll(() => seen.throttled, PATIENT).toHaveLength(1);
  await start(processor());
  await send('other');
  await expect.poll(() => seen.done, PATIENT).toHaveLength(1);
  expect(runs).toEqual(['acme', 'other']);
  const { professional } = (await queues.stats('chat')).tiers;
  expect(professional).toMatchObject({ waiting: 49, delayed: 1, tenantsReady: 0 });
});

it('serves a throttled tenant by itself when its hold ends', async () => {
  const { seen, start, send } = chat();
  let runs = 0;
  const processor = new ActionProcessor().register(answer, () => {
    runs += 1;
    if (runs === 1) retryLater(300, { counts: false, hold: 'tenant' });
  });
  for (let n = 0; n < 3; n += 1) await send('acme');
  await start(processor);
  await expect.poll(() => seen.done, PATIENT).toHaveLength(3);
  expect(runs).toBe(4);
});

it('an action whose key is held for longer than it may wait is dead of it, without running', async () => {
  const { seen, start, send, queues } = chat();
  let runs = 0;
  const died: string[] = [];
  const processor = new ActionProcessor().register(
    answer,
    () => {
      runs += 1;
      throw new ThrottledError({ what: 'The API', retryAfterMs: 2 * HOUR_MS });
    },
    {
      throttleKey: 'openai/gpt-4o',
      throttledForMs: 2 * HOUR_MS,
      onDead: (_action, error) => void died.push(error.code),
    },
  );
  await start(processor);
  await send('a');
  await expect.poll(() => seen.throttled, PATIENT).toHaveLength(1);
  await queues
    .tenant({ tenantId: 'b', tenantTier: 'free' })
    .enqueue(answer, { model: 'x' }, { expiresInMs: HOUR_MS });
  await expect.poll(() => seen.dead, PATIENT).toHaveLength(1);
  expect(runs).toBe(1);
  expect(died).toEqual(['THROTTLED']);
  const letters = await queues.deadLetters('chat').list();
  expect(letters).toMatchObject([{ error: { code: 'THROTTLED', http_status: 429 } }]);
});

it('a function that returns no valid key fails the attempt, and invalid data is dead as ever', async () => {
  const { seen, start, queues } = chat();
  const processor = new ActionProcessor().register(answer, () => undefined, {
    throttleKey: () => 'no spaces, please',
    attempts: 1,
  });
  await start(processor);
  await queues.enqueue(answer.create({ tenantId: 'a', tenantTier: 'free', data: { model: 'x' } }));
  await queues.enqueue({
    ...answer.create({ tenantId: 'b', tenantTier: 'free', data: { model: 'x' } }),
    data: { model: 7 },
  });
  await expect.poll(() => seen.dead, PATIENT).toHaveLength(2);
  const letters = await queues.deadLetters('chat').list();
  expect(letters.map(({ error }) => error.code).sort()).toEqual(['INTERNAL', 'VALIDATION']);
});

it.each([' ', 'a b', 7, {}])('refuses %j as the throttle key of a handler', (throttleKey) => {
  const register = () =>
    new ActionProcessor().register(answer, () => undefined, { throttleKey: throttleKey as string });
  expect(register).toThrow('throttleKey');
  const hold = () => retryLater(1, { hold: 'key', key: throttleKey as string });
  expect(hold).toThrow('key');
});
