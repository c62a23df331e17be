import { randomUUID } from 'node:crypto';
import { defineAction, defineCallback, type DomainAction } from '@nooble/models';
import { ActionClient, DomainQueueManager, type Receipt } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor, type Handler } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { WorkerOptions } from '../src/options.ts';
import { aborted, deferred, generate, next, type Generate } from './fixture.ts';

const PATIENT = { timeout: 20_000 };
const acme = { tenantId: 'acme', tenantTier: 'professional', data: { text: 'hello' } } as const;
const tenant = { tenantId: 'acme', tenantTier: 'professional' } as const;

/** A separate queue; its workers stop when the test ends. */
function nooble() {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const workerOf = (processor: ActionProcessor, options: Partial<WorkerOptions> = {}) => {
    const quiet = { logger: false, handleSignals: false, graceMs: 0 } as const;
    const worker = new BaseWorker({ redis, prefix, ...quiet, ...options, processor });
    onTestFinished(async () => worker.stop());
    return worker;
  };
  return { queues, workerOf };
}

/** A handler that waits for its abort. */
function waiting() {
  const started = deferred<DomainAction>();
  const reason = deferred<unknown>();
  const handle: Generate = async (action, { signal }) => {
    started.resolve(action);
    return aborted(signal).catch((error: unknown) => {
      reason.resolve(error);
      throw error;
    });
  };
  return { handle, started: started.promise, reason: reason.promise };
}

/** An action that runs in a worker. */
async function running(handler: Generate, options: Partial<WorkerOptions> = {}) {
  const { queues, workerOf } = nooble();
  const worker = workerOf(new ActionProcessor().register(generate, handler), options);
  await worker.start();
  const started = next(worker, 'started');
  const enqueue = async () => queues.enqueue(generate.create(acme), { retainMs: 60_000 });
  const receipt = await enqueue();
  await started;
  return { queues, worker, receipt, workerOf };
}

const stateOf = async (queues: DomainQueueManager, receipt: Receipt) =>
  (await queues.get(receipt))?.state;

it('aborts the signal of a handler in another process, and the action ends as cancelled', async () => {
  const { handle, reason } = waiting();
  const { queues, worker, receipt } = await running(handle);
  const cancelled = next(worker, 'cancelled');
  expect(await queues.cancel(receipt)).toBe('cancelling');
  expect(await reason).toMatchObject({ code: 'ACTION_CANCELLED' });
  await cancelled;
  expect(await stateOf(queues, receipt)).toBe('cancelled');
  expect(await queues.cancel(receipt)).toBe('cancelled');
});

it('receives a cancellation while every slot is taken, and new work once one is free', async () => {
  const { handle, reason } = waiting();
  const { queues, worker, receipt } = await running(handle, { concurrency: 1 });
  await queues.cancel(receipt);
  await reason;
  const done = next(worker, 'started');
  const second = await queues.enqueue(generate.create(acme));
  await done;
  expect(await queues.cancel(second)).toBe('cancelling');
});

it('ends as cancelled although the handler returns a result, and so its caller is notified', async () => {
  const callback = defineCallback(generate, 'query');
  const proceed = deferred();
  const { queues, workerOf } = nooble();
  const worker = workerOf(
    new ActionProcessor().register(generate, async ({ data }) => {
      await proceed.promise;
      return { length: data.text.length };
    }),
  );
  const told = deferred<DomainAction>();
  const receiver = new ActionProcessor().register(callback, (action) => told.resolve(action));
  await workerOf(receiver).start();
  await worker.start();
  const started = next(worker, 'started');
  const receipt = await queues.enqueue(
    generate.create({ ...acme, callbackQueue: 'query:acme:professional' }),
  );
  await started;
  await queues.cancel(receipt);
  proceed.resolve();
  expect(await told.promise).toMatchObject({ data: { status: 'cancelled' } });
});

it('is neither retried nor dead, and calls no onDead', async () => {
  let deaths = 0;
  const { queues, workerOf } = nooble();
  const processor = new ActionProcessor().register(
    generate,
    async (_action, { signal }) => aborted(signal).catch(() => Promise.reject(new Error('oops'))),
    { attempts: 5, onDead: () => void (deaths += 1) },
  );
  const worker = workerOf(processor);
  await worker.start();
  const started = next(worker, 'started');
  const receipt = await queues.enqueue(generate.create(acme), { retainMs: 60_000 });
  await started;
  const cancelled = next(worker, 'cancelled');
  await queues.cancel(receipt);
  await cancelled;
  expect(await stateOf(queues, receipt)).toBe('cancelled');
  expect(deaths).toBe(0);
});

it('reports a handler that ignores its signal as overdue; it keeps its slot until it returns', async () => {
  const proceed = deferred();
  const { queues, worker, receipt } = await running(
    async () => proceed.promise.then(() => ({ length: 1 })),
    { timeoutGraceMs: 1 },
  );
  const [overdue, cancelled] = [next(worker, 'overdue'), next(worker, 'cancelled')];
  await queues.cancel(receipt);
  await Promise.all([overdue, cancelled]);
  expect(await worker.health()).toMatchObject({ running: 1, overdue: 1 });
  proceed.resolve();
  await expect.poll(async () => (await worker.health()).running, PATIENT).toBe(0);
});

it('ends the same for caller and canceller when a result and a cancellation meet', async () => {
  const { queues, workerOf } = nooble();
  const processor = new ActionProcessor().register(generate, () => ({ length: 1 }));
  const worker = workerOf(processor);
  await worker.start();
  const client = new ActionClient({ queues });
  onTestFinished(async () => client.close());
  for (let n = 0; n < 40; n += 1) {
    const actionId = `race-${n}`;
    const answer = client.request(generate, { ...acme, actionId }).then(
      () => 'done',
      () => 'cancelled',
    );
    for (let spins = 0; spins < n % 7; spins += 1) await new Promise(setImmediate);
    const result = await queues.cancel({ domain: 'embedding', actionId });
    // `cancelling` leaves open whether the result was on its way.
    if (result === 'cancelled') expect(await answer).toBe('cancelled');
    await answer;
  }
});

const plan = defineAction('planning.plan', { data: z.object({ text: z.string() }) });
const search = defineAction('search.find', { data: z.object({ text: z.string() }) });

it('cancels a tree of three levels in three domains', async () => {
  const { queues, workerOf } = nooble();
  const reasons: Promise<unknown>[] = [];
  const tree =
    (child?: typeof search): Handler<{ text: string }, unknown> =>
    async (_action, ctx) => {
      if (child) await ctx.enqueue(child, { text: 'x' });
      return aborted(ctx.signal);
    };
  const leaf = waiting();
  const [top, middle] = [
    workerOf(new ActionProcessor().register(plan, tree(search))),
    workerOf(
      new ActionProcessor().register(search, async (_action, ctx) => {
        await ctx.enqueue(generate, { text: 'x' });
        return aborted(ctx.signal);
      }),
    ),
  ];
  const bottom = workerOf(new ActionProcessor().register(generate, leaf.handle));
  await Promise.all([top.start(), middle.start(), bottom.start()]);
  const ended = [top, middle, bottom].map(async (worker) => next(worker, 'cancelled'));
  const receipt = await queues.tenant(tenant).enqueue(plan, { text: 'x' });
  await leaf.started;
  await queues.cancel(receipt);
  reasons.push(leaf.reason);
  expect(await leaf.reason).toMatchObject({ code: 'ACTION_CANCELLED' });
  await Promise.all([...ended, ...reasons]);
});

it('refuses children of a cancelled action', async () => {
  const { queues, workerOf } = nooble();
  const refused = deferred<unknown>();
  const processor = new ActionProcessor().register(plan, async (_action, ctx) => {
    await aborted(ctx.signal).catch(() => undefined);
    await ctx.enqueue(generate, { text: 'late' }).catch((error: unknown) => refused.resolve(error));
  });
  const worker = workerOf(processor);
  await worker.start();
  const started = next(worker, 'started');
  const receipt = await queues.tenant(tenant).enqueue(plan, { text: 'x' });
  await started;
  await queues.cancel(receipt);
  expect(await refused.promise).toMatchObject({ code: 'ACTION_CANCELLED' });
  expect((await queues.stats('embedding')).tiers.professional.waiting).toBe(0);
});

it('aborts a handler at the expiry of its action, which ends as expired', async () => {
  const { handle, reason } = waiting();
  const { queues, workerOf } = nooble();
  const worker = workerOf(new ActionProcessor().register(generate, handle));
  await worker.start();
  const expired = next(worker, 'expired');
  const receipt = await queues.enqueue(generate.create(acme), {
    expiresInMs: 500,
    retainMs: 60_000,
  });
  expect(await reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(await expired).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } });
  expect(await stateOf(queues, receipt)).toBe('expired');
});

it('gives a child the earlier of two deadlines', async () => {
  const { queues, workerOf } = nooble();
  const sent = deferred<readonly Receipt[]>();
  const processor = new ActionProcessor().register(plan, async (_action, ctx) => {
    const [far, near] = ['2100-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'];
    sent.resolve([
      await ctx.enqueue(generate, { text: 'none' }),
      await ctx.enqueue(generate, { text: 'later' }, { expiresAt: far }),
      await ctx.enqueue(generate, { text: 'earlier' }, { expiresAt: near }),
      await ctx.enqueue(generate, { text: 'in' }, { expiresInMs: 3_600_000 }),
      await ctx.enqueue(generate, { text: 'soon' }, { expiresInMs: 1_000 }),
    ]);
  });
  await workerOf(processor).start();
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  await queues.tenant(tenant).enqueue(plan, { text: 'x' }, { expiresAt });
  const snapshots = (await sent.promise).map(async (each) => queues.get(each));
  const actions = (await Promise.all(snapshots)).map((each) => each?.action?.expiresAt);
  const near = '2026-01-01T00:00:00.000Z';
  expect(actions).toEqual([expiresAt, expiresAt, near, expiresAt, undefined]);
});

it.each(['signal', 'close', 'timeout'])(
  'cancels what runs for a caller that is gone: %s',
  async (how) => {
    const { handle, reason, started } = waiting();
    const { queues, workerOf } = nooble();
    await workerOf(new ActionProcessor().register(generate, handle)).start();
    const client = new ActionClient({ queues });
    onTestFinished(async () => client.close());
    const stop = new AbortController();
    const timeoutMs = how === 'timeout' ? 500 : 20_000;
    const request = client.request(generate, acme, { signal: stop.signal, timeoutMs });
    request.catch(() => undefined);
    await started;
    if (how === 'signal') stop.abort();
    if (how === 'close') await client.close();
    const codes = ['ACTION_CANCELLED', 'DEADLINE_EXCEEDED'];
    expect(codes).toContain(((await reason) as { code: string }).code);
    await expect(request).rejects.toThrow();
  },
);
