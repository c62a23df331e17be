import { ActionTimeoutError, QueueFullError, ValidationError } from '@nooble/errors';
import type { Outcome } from '@nooble/queue';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { giveUp, retryLater } from '../src/handlers/control.ts';
import { currentAction, currentContext } from '../src/handlers/current-action.ts';
import { FakeBroker } from './fake-broker.ts';
import {
  aborted,
  deferred,
  generate,
  generateAction,
  next,
  workerOn,
  type Generate,
} from './fixture.ts';

const length: Generate = ({ data }) => ({ length: data.text.length });

const failing: Generate = () => {
  throw new Error('no');
};

/** Runs one action to its end and returns the outcome that the queue received. */
async function outcomeOf(handler: Generate, failures = 0): Promise<Outcome> {
  const broker = new FakeBroker();
  const worker = workerOn(broker, handler);
  broker.add(generateAction(), { failures });
  await worker.start();
  await expect.poll(() => broker.settled).toHaveLength(1);
  return broker.settled[0]!.outcome;
}

describe('an attempt', () => {
  it('ends as done with what the handler returned, and the action it answers', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, length);
    const done = next(worker, 'done');
    const action = generateAction({ callbackQueue: 'query:acme:free' });
    broker.add(action);
    await worker.start();
    expect(await done).toMatchObject({ attempt: 1, result: { length: 5 } });
    expect(broker.settled).toMatchObject([
      {
        action: { actionId: action.actionId, callbackQueue: 'query:acme:free' },
        outcome: { status: 'done' },
      },
    ]);
  });

  it('is retried later when the handler throws, with the error on the wire', async () => {
    const outcome = await outcomeOf(() => {
      throw new Error('model is loading');
    });
    expect(outcome).toMatchObject({
      status: 'retry',
      error: { code: 'INTERNAL', message: 'model is loading', retryable: true },
    });
  });

  it.each<[string, unknown]>([
    ['nothing at all', undefined],
    ['a Symbol', Symbol('odd')],
    ['an object without a prototype', Object.create(null)],
    ['an error whose message is an object', Object.assign(new Error(), { message: { a: 1 } })],
    [
      'an error whose message throws',
      Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error('hostile getter');
        },
      }),
    ],
    [
      'an unreadable Proxy',
      new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error('hostile proxy');
          },
        },
      ),
    ],
  ])('is retried when the handler throws %s', async (_what, thrown) => {
    const outcome = await outcomeOf(() => {
      throw thrown;
    });
    expect(outcome).toMatchObject({ status: 'retry', error: { code: 'INTERNAL' } });
  });

  it('is dead when its last attempt fails', async () => {
    const outcome = await outcomeOf(() => {
      throw new Error('still loading');
    }, 2);
    expect(outcome).toMatchObject({ status: 'dead', error: { message: 'still loading' } });
  });

  it('is dead at once for an error that is not retryable', async () => {
    const outcome = await outcomeOf(() => {
      throw new ValidationError({ what: 'model', issues: [{ path: 'name', message: 'unknown' }] });
    });
    expect(outcome).toMatchObject({ status: 'dead', error: { code: 'VALIDATION' } });
  });

  it('is retried for an error of ours that is retryable', async () => {
    const outcome = await outcomeOf(() => {
      throw new QueueFullError({ queue: 'query:acme:free', limit: 1 });
    });
    expect(outcome).toMatchObject({ status: 'retry', error: { code: 'QUEUE_FULL' } });
  });

  it('waits exactly as long as retryLater says', async () => {
    const outcome = await outcomeOf(() => retryLater(1_234, 'the index is being built'));
    expect(outcome).toMatchObject({
      status: 'retry',
      delayMs: 1_234,
      error: { message: 'the index is being built' },
    });
  });

  it('is dead when retryLater comes after the last attempt', async () => {
    expect(await outcomeOf(() => retryLater(1), 2)).toMatchObject({ status: 'dead' });
  });

  it('is dead when the handler gives up, and the caller receives the reason', async () => {
    const outcome = await outcomeOf(() => giveUp('no such model'));
    expect(outcome).toMatchObject({
      status: 'dead',
      error: { message: 'no such model', retryable: false },
    });
  });

  it('is dead for data that does not fit its type, without a call of the handler', async () => {
    const broker = new FakeBroker();
    let calls = 0;
    const worker = workerOn(broker, () => ({ length: (calls += 1) }));
    broker.add(generateAction({ data: { text: 5 } }));
    const dead = next(worker, 'dead');
    await worker.start();
    expect(await dead).toMatchObject({ error: { code: 'VALIDATION', retryable: false } });
    expect(calls).toBe(0);
  });

  it('is dead for a result that does not fit its type', async () => {
    const outcome = await outcomeOf((() => ({ length: 'five' })) as unknown as Generate);
    expect(outcome).toMatchObject({ status: 'dead', error: { code: 'VALIDATION' } });
  });

  it('waits while its type is unknown, and is dead after five minutes', async () => {
    // The clock stands still: the second action has one millisecond left.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => {
      clock.mockRestore();
    });
    const broker = new FakeBroker();
    const worker = workerOn(broker, length);
    const unknown = { actionType: 'embedding.unheard-of' };
    broker.add(generateAction(unknown));
    broker.add(generateAction(unknown), { failures: 2, unhandledMs: 299_999 });
    broker.add(generateAction(unknown), { unhandledMs: 300_000 });
    await worker.start();
    await expect.poll(() => broker.settled).toHaveLength(3);
    expect(broker.settled.map(({ outcome }) => outcome)).toMatchObject([
      { status: 'unhandled', error: { code: 'UNKNOWN_ACTION' } },
      { status: 'unhandled', error: { code: 'UNKNOWN_ACTION' } },
      { status: 'dead', error: { code: 'UNKNOWN_ACTION' } },
    ]);
  });

  it('is dead, with nobody told, when its envelope cannot be read', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, length);
    broker.add(generateAction(), { envelope: '{"v":1' });
    const dead = next(worker, 'dead');
    await worker.start();
    expect(await dead).toMatchObject({ error: { code: 'INVALID_ACTION' } });
    expect(broker.settled[0]).not.toHaveProperty('action');
    expect(broker.settled[0]!.claimed.envelope).toBe('{"v":1');
  });

  it.each([
    ['another action', { actionId: 'someone-else' }],
    ['another tenant', { tenantId: 'globex' }],
    ['a better tier', { tier: 'enterprise' }],
  ] as const)('is dead, with nobody told, when its envelope names %s', async (_what, lease) => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, length);
    broker.add(generateAction(), { lease });
    const dead = next(worker, 'dead');
    await worker.start();
    expect(await dead).toMatchObject({ error: { code: 'INVALID_ACTION' } });
    expect(broker.settled[0]).not.toHaveProperty('action');
  });

  it('is dead when its envelope belongs to another domain', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, length);
    broker.add(generateAction({ actionType: 'query.search' }));
    const dead = next(worker, 'dead');
    await worker.start();
    expect(await dead).toMatchObject({ error: { code: 'INVALID_ACTION' } });
  });

  it('gives its handler the attempt, a deadline, a logger, queues and itself as the current action', async () => {
    const broker = new FakeBroker();
    const seen = deferred<Record<string, unknown>>();
    const worker = workerOn(broker, async (action, ctx) => {
      await Promise.resolve();
      seen.resolve({
        attempt: ctx.attempt,
        deadline: ctx.deadline,
        bindings: ctx.logger.bindings(),
        parent: (ctx.queues as unknown as { parent: { actionId: string } }).parent.actionId,
        current: currentAction()?.actionId,
        sameContext: currentContext() === ctx,
      });
      return { length: action.data.text.length };
    });
    const action = generateAction({ sessionId: 's1' });
    broker.add(action, { failures: 1 });
    await worker.start();
    const { actionId, taskId } = action;
    expect(await seen.promise).toMatchObject({
      attempt: 2,
      deadline: expect.any(Date) as Date,
      bindings: {
        action_id: actionId,
        tenant_id: 'acme',
        tier: 'free',
        task_id: taskId,
        session_id: 's1',
      },
      parent: actionId,
      current: actionId,
      sameContext: true,
    });
    expect(currentAction()).toBeUndefined();
  });

  it('runs inside the middleware of its processor, which sees parsed data and may change the result', async () => {
    const broker = new FakeBroker();
    const processor = new ActionProcessor()
      .use(async (action, _ctx, next) => ({
        ...((await next()) as object),
        length: (action.data as { text: string }).text.length * 2,
      }))
      .register(generate, length);
    const worker = workerOn(broker, processor);
    const done = next(worker, 'done');
    broker.add(generateAction());
    await worker.start();
    expect(await done).toMatchObject({ result: { length: 10 } });
  });

  it('runs as often as its registration says', async () => {
    const broker = new FakeBroker();
    const processor = new ActionProcessor().register(generate, failing, { attempts: 5, baseMs: 0 });
    const worker = workerOn(broker, processor);
    broker.add(generateAction(), { failures: 3 });
    broker.add(generateAction(), { failures: 4 });
    await worker.start();
    await expect.poll(() => broker.settled).toHaveLength(2);
    expect(broker.settled.map(({ outcome }) => outcome)).toMatchObject([
      { status: 'retry', delayMs: 0 },
      { status: 'dead' },
    ]);
  });
});

describe('a timeout', () => {
  const tiers = { free: { timeoutMs: 20 } };

  it('aborts the signal, and a handler that obeys is retried with ActionTimeoutError', async () => {
    const broker = new FakeBroker();
    const reason = deferred<unknown>();
    const handler: Generate = async (_action, { signal }) => {
      signal.addEventListener('abort', () => reason.resolve(signal.reason));
      return aborted(signal);
    };
    const worker = workerOn(broker, handler, { tiers });
    const retry = next(worker, 'retry');
    broker.add(generateAction());
    await worker.start();
    expect(await reason.promise).toBeInstanceOf(ActionTimeoutError);
    expect(await retry).toMatchObject({ error: { code: 'ACTION_TIMEOUT' } });
  });

  it('is the shorter one of the action and its tier', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, async (_action, { signal }) => aborted(signal));
    const retry = next(worker, 'retry');
    broker.add(generateAction({ timeoutMs: 15 }));
    await worker.start();
    expect(await retry).toMatchObject({ error: { details: { timeoutMs: 15 } } });
  });

  it('still takes a result that arrives within the grace', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(
      broker,
      async (_action, { signal }) => aborted(signal).catch(() => ({ length: 7 })),
      { tiers },
    );
    const done = next(worker, 'done');
    broker.add(generateAction());
    await worker.start();
    expect(await done).toMatchObject({ result: { length: 7 } });
  });

  it('settles without a handler that does not obey, ignores its late result and counts its slot until it returns', async () => {
    const broker = new FakeBroker();
    const late = deferred<{ length: number }>();
    const started: string[] = [];
    const worker = workerOn(
      broker,
      async ({ actionId }) => {
        started.push(actionId);
        return started.length === 1 ? late.promise : { length: 0 };
      },
      { tiers, timeoutGraceMs: 5, concurrency: 1 },
    );
    const [overdue, retry] = [next(worker, 'overdue'), next(worker, 'retry')];
    broker.add(generateAction());
    await worker.start();
    await overdue;
    expect(await retry).toMatchObject({ error: { code: 'ACTION_TIMEOUT' } });
    expect(await worker.health()).toMatchObject({ status: 'red', running: 1, overdue: 1 });

    broker.add(generateAction());
    await expect.poll(() => broker.claims.at(-1)?.slots).toBe(0);
    expect(started).toHaveLength(1);
    const done = next(worker, 'done');
    late.resolve({ length: 99 });
    await done;
    expect(broker.settled.map(({ outcome }) => outcome.status)).toEqual(['retry', 'done']);
    expect(await worker.health()).toMatchObject({ status: 'ok', overdue: 0 });
  });
});
