import { randomUUID } from 'node:crypto';
import { defineCallback, type DomainAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { giveUp } from '../src/handlers/control.ts';
import type { WorkerOptions } from '../src/options.ts';
import { deferred, generate, next } from './fixture.ts';

/** A queue of its own, and a way to put workers on it. Everything ends with the test. */
function nooble() {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix });
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
