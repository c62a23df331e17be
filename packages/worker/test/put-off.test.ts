import { randomUUID } from 'node:crypto';
import { ThrottledError } from '@nooble/errors';
import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { retryLater } from '../src/handlers/control.ts';
import type { WorkerOptions } from '../src/options.ts';
import { next } from './fixture.ts';

const say = defineAction('hello.say', { data: z.null() });
const shout = defineAction('hello.shout', { data: z.null(), result: z.string() });
const acme = { tenantId: 'acme', tenantTier: 'enterprise', data: null } as const;

/** Such an action runs after a wait of a second or more. */
const PATIENT = { timeout: 20_000 };

/** A separate domain, and a function that starts workers for it. Everything is closed when the test ends. */
function hello() {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix });
  const client = new ActionClient({ queues });
  onTestFinished(async () => {
    await client.close();
    await queues.close();
  });
  const start = async (processor: ActionProcessor, options: Partial<WorkerOptions> = {}) => {
    const common = { domain: 'hello', redis, prefix, logger: false, handleSignals: false } as const;
    const worker = new BaseWorker({ ...common, graceMs: 0, ...options, processor });
    onTestFinished(async () => worker.stop());
    await worker.start();
    return worker;
  };
  return { queues, client, start };
}

const old = () => new ActionProcessor().register(say, () => null);

it('in a rolling deploy the new workers get what only they know, with all its attempts', async () => {
  const { queues, start } = hello();
  const before = await start(old(), { retry: { attempts: 1 } });
  const attempts: number[] = [];
  const after = old().register(shout, (_action, ctx) => {
    attempts.push(ctx.attempt);
    if (ctx.attempt === 1) throw new Error('not yet');
    return 'HELLO';
  });
  const unhandled = next(before, 'unhandled');
  await queues.enqueueMany([shout.create(acme), shout.create(acme), shout.create(acme)]);
  expect(await unhandled).toMatchObject({ attempt: 1, error: { code: 'UNKNOWN_ACTION' } });
  await start(after, { retry: { attempts: 2, baseMs: 0 } });
  await before.stop();
  await expect.poll(() => attempts.toSorted((a, b) => a - b), PATIENT).toEqual([1, 1, 1, 2, 2, 2]);
});

it('a throttled action runs again with its only attempt, and reports its outcome', async () => {
  const { client, start } = hello();
  const attempts: number[] = [];
  const worker = await start(
    new ActionProcessor().register(shout, (_action, ctx) => {
      attempts.push(ctx.attempt);
      if (attempts.length === 1) throw new ThrottledError({ what: 'The model', retryAfterMs: 1 });
      return attempts.length === 2 ? retryLater(1, { counts: false }) : 'HELLO';
    }),
    { retry: { attempts: 1 } },
  );
  const told: unknown[] = [];
  worker.events.on('throttled', ({ error, delayMs }) => told.push([error.code, delayMs]));
  expect(await client.request(shout, acme)).toBe('HELLO');
  expect(attempts).toEqual([1, 1, 1]);
  expect(told).toEqual([
    ['THROTTLED', 100],
    ['THROTTLED', 100],
  ]);
});

it('an action that is throttled for too long is dead with its last error', async () => {
  const { client, start } = hello();
  let runs = 0;
  const processor = new ActionProcessor().register(
    shout,
    () => {
      throw new ThrottledError({ what: `Model ${(runs += 1)}`, retryAfterMs: 100 });
    },
    { throttledForMs: 350 },
  );
  await start(processor);
  const error: unknown = await client.request(shout, acme).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ cause: { code: 'THROTTLED', details: { what: `Model ${runs}` } } });
  expect(runs).toBeGreaterThan(1);
});
