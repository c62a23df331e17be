import { randomUUID } from 'node:crypto';
import { defineCallback, type DomainAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { giveUp } from '../src/handlers/control.ts';
import type { WorkerOptions } from '../src/options.ts';
import type { WorkerEventMap } from '../src/reporting/events.ts';
import { aborted, deferred, generate, next } from './fixture.ts';

/** A separate queue, and a function that starts workers for it. Everything is closed when the test ends. */
function nooble(options: Pick<WorkerOptions, 'tiers'> = {}) {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix, ...options });
  onTestFinished(async () => queues.close());
  const workerOf = (
    processor: ActionProcessor,
    options: Partial<WorkerOptions> = {},
  ): BaseWorker => {
    const quiet = { logger: false, handleSignals: false, graceMs: 0 } as const;
    const worker = new BaseWorker({
      domain: 'embedding',
      redis,
      prefix,
      ...quiet,
      ...options,
      processor,
    });
    onTestFinished(async () => worker.stop());
    return worker;
  };
  return { queues, workerOf };
}

const acme = { tenantId: 'acme', tenantTier: 'professional', data: { text: 'hello' } } as const;

it('runs an action that was enqueued before and after its start', async () => {
  const { queues, workerOf } = nooble();
  const seen: string[] = [];
  const processor = new ActionProcessor().register(generate, ({ actionId }) => {
    seen.push(actionId);
    return { length: 1 };
  });
  const [before, after] = [generate.create(acme), generate.create(acme)];
  await queues.enqueue(before);
  await workerOf(processor).start();
  await queues.enqueue(after);
  const both = [before.actionId, after.actionId];
  await expect.poll(() => seen, { timeout: 20_000 }).toEqual(both);
});

it('sends the result to the callback queue, where it is an action like any other', async () => {
  const { queues, workerOf } = nooble();
  const callback = defineCallback(generate, 'query');
  const answered = deferred<DomainAction>();
  await workerOf(new ActionProcessor().register(generate, () => ({ length: 5 }))).start();
  const receiver = new ActionProcessor().register(callback, (action) => answered.resolve(action));
  await workerOf(receiver, { domain: 'query' }).start();
  const action = generate.create({ ...acme, callbackQueue: 'query:acme:professional' });
  await queues.enqueue(action);
  expect(await answered.promise).toMatchObject({
    parentActionId: action.actionId,
    taskId: action.taskId,
    data: { status: 'done', result: { length: 5 } },
  });
});

it('leaves what a handler gave up among the dead letters', async () => {
  const { queues, workerOf } = nooble();
  const worker = workerOf(new ActionProcessor().register(generate, () => giveUp('no such model')));
  const dead = next(worker, 'dead');
  await worker.start();
  const action = generate.create(acme);
  await queues.enqueue(action);
  expect(await dead).toMatchObject({ error: { message: 'no such model' } });
  expect(JSON.stringify(await queues.deadLetters('embedding').list())).toContain(action.actionId);
});

it('gives an unfinished action back on stop, and another worker runs it as its first attempt', async () => {
  const { queues, workerOf } = nooble();
  const hanging = new ActionProcessor().register(
    generate,
    async (_action, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  const first = workerOf(hanging);
  const started = next(first, 'started');
  await queues.enqueue(generate.create(acme));
  await first.start();
  await started;
  await first.stop();
  const second = workerOf(new ActionProcessor().register(generate, () => ({ length: 1 })));
  const done = next(second, 'done');
  await second.start();
  expect(await done).toMatchObject({ attempt: 1, claimed: { stalls: 0 } });
});

/** Makes the handlers of this process take no measurable time until the test ends. */
function withoutTime(): void {
  const nowMs = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(nowMs);
  onTestFinished(() => {
    clock.mockRestore();
  });
}

it('runs many empty actions with few claims, each once and in order', async () => {
  withoutTime();
  const { queues, workerOf } = nooble();
  const seen: string[] = [];
  const processor = new ActionProcessor().register(generate, ({ actionId }) => {
    seen.push(actionId);
    return { length: 0 };
  });
  const actions = Array.from({ length: 200 }, () => generate.create(acme));
  await queues.enqueueMany(actions);
  const worker = workerOf(processor, { concurrency: 1 });
  let claims = 0;
  let done = 0;
  worker.events.on('claimed', () => (claims += 1));
  worker.events.on('done', () => (done += 1));
  await worker.start();
  await expect.poll(() => done, { timeout: 20_000 }).toBe(200);
  expect(seen).toEqual(actions.map(({ actionId }) => actionId));
  expect(claims).toBeLessThanOrEqual(30);
});

it('gives back on stop what it claimed ahead: in order, as a first attempt, with no stall', async () => {
  withoutTime();
  const { queues, workerOf } = nooble();
  const actions = Array.from({ length: 8 }, () => generate.create(acme));
  const [quick, slow, ...others] = actions.map(({ actionId }) => actionId);
  const holding = new ActionProcessor().register(generate, async ({ actionId }, { signal }) => {
    if (actionId === slow) await aborted(signal);
    return { length: 0 };
  });
  await queues.enqueueMany(actions);
  const first = workerOf(holding, { concurrency: 1 });
  await first.start();
  await expect.poll(async () => first.health(), { timeout: 20_000 }).toMatchObject({ ahead: 6 });
  await first.stop();
  const second = workerOf(new ActionProcessor().register(generate, () => ({ length: 0 })));
  const started: WorkerEventMap['started'][0][] = [];
  second.events.on('started', (event) => started.push(event));
  await second.start();
  await expect.poll(() => started, { timeout: 20_000 }).toHaveLength(7);
  const ids = started.map(({ claimed }) => claimed.lease.actionId);
  expect(ids).toEqual([slow, ...others]);
  expect(ids).not.toContain(quick);
  expect(started.every(({ attempt, claimed }) => attempt === 1 && claimed.stalls === 0)).toBe(true);
});

it('claims no more of a tenant than its cap, those ahead included', async () => {
  withoutTime();
  const { queues, workerOf } = nooble({ tiers: { professional: { maxActive: 3 } } });
  const hold = deferred();
  const actions = Array.from({ length: 8 }, () => generate.create(acme));
  const holding = new ActionProcessor().register(generate, async ({ actionId }) => {
    if (actionId !== actions[0]?.actionId) await hold.promise;
    return { length: 0 };
  });
  await queues.enqueueMany(actions);
  const worker = workerOf(holding, { concurrency: 1 });
  await worker.start();
  await expect.poll(async () => worker.health(), { timeout: 20_000 }).toMatchObject({ ahead: 2 });
  expect((await queues.stats('embedding')).tiers.professional.active).toBe(3);
  hold.resolve();
});
