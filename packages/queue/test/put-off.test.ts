import { expect, it } from 'vitest';
import type { ClaimedAction } from '../src/broker.ts';
import { audit } from './audit.ts';
import { failure, openQueue, type Queue } from './fixture.ts';

const STEP_MS = 120_000;
const throttled = { status: 'throttled', delayMs: 1, error: failure } as const;
const unhandled = { status: 'unhandled', delayMs: 1, error: failure } as const;
const retry = { status: 'retry', delayMs: 1, error: failure } as const;
const dead = { status: 'dead', error: failure } as const;

/** Moves the domain two minutes ahead, so that delayed actions are due, and claims the action. */
async function claimLater(queue: Queue): Promise<ClaimedAction> {
  const { stored } = queue;
  const clock = Number((await stored.hash('state'))['clock']);
  await stored.client.hset(stored.key('state'), 'clock', String(clock + STEP_MS * 1_000));
  return queue.claimOne();
}

/** Returns the number of whole steps for which it has been put off, by reason. */
function stepsOf({ throttledMs, unhandledMs, failures }: ClaimedAction) {
  const [throttled, unhandled] = [throttledMs, unhandledMs].map((ms) => Math.floor(ms / STEP_MS));
  return { throttled, unhandled, failures };
}

it('runs what was put off again without a failure, and says since when it is', async () => {
  const queue = openQueue();
  await queue.enqueue();
  let claimed = await queue.claimOne();
  const seen = [stepsOf(claimed)];
  for (const outcome of [unhandled, unhandled, throttled, unhandled, throttled, retry]) {
    expect(await queue.settle(claimed, outcome)).toBe('ok');
    claimed = await claimLater(queue);
    seen.push(stepsOf(claimed));
  }
  expect(seen).toEqual([
    { throttled: 0, unhandled: 0, failures: 0 },
    { throttled: 0, unhandled: 1, failures: 0 },
    { throttled: 0, unhandled: 2, failures: 0 },
    // A handler ran it, so a worker has one.
    { throttled: 1, unhandled: 0, failures: 0 },
    // A missing handler shows nothing about its limit.
    { throttled: 2, unhandled: 1, failures: 0 },
    { throttled: 3, unhandled: 0, failures: 0 },
    { throttled: 0, unhandled: 0, failures: 1 },
  ]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('remembers it when its worker stops or dies, and not when it comes back from the dead', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.settle(await queue.claimOne(), throttled);
  await queue.stored.hasten('delayed', STEP_MS);
  await queue.claimOne();
  await queue.loseLeases();
  const taken = await claimLater(queue);
  expect([stepsOf(taken), taken.stalls]).toMatchObject([{ throttled: 1 }, 1]);
  await queue.settle(taken, { status: 'release' });
  const given = await queue.claimOne();
  expect(stepsOf(given)).toMatchObject({ throttled: 1 });
  await queue.settle(given, dead);
  await queue.queues.deadLetters('embedding').redrive({ actionIds: [actionId] });
  expect(await claimLater(queue)).toMatchObject({ throttledMs: 0, unhandledMs: 0, redrives: 1 });
});

it('returns to a worker the time until the action expires', async () => {
  const queue = openQueue();
  await queue.enqueue({ actionId: 'lasting' });
  expect(await queue.claimOne()).not.toHaveProperty('expiresInMs');
  const expiresAt = new Date((await queue.stored.now()) + 10 * STEP_MS).toISOString();
  await queue.enqueue({ expiresAt });
  const { expiresInMs = 0 } = await claimLater(queue);
  expect(Math.round(expiresInMs / STEP_MS)).toBe(9);
});

it('keeps the idempotency key of what a handler may have begun, and frees that of what none has', async () => {
  const queue = openQueue();
  const once = { idempotencyKey: 'order 7' };
  for (const [outcome, status] of [
    [unhandled, 'accepted'],
    [throttled, 'duplicate'],
  ] as const) {
    const { actionId } = await queue.enqueue({}, once);
    await queue.settle(await queue.claimOne(), { ...outcome, delayMs: 60_000 });
    expect(await queue.queues.cancel({ domain: 'embedding', actionId })).toBe('cancelled');
    const again = await queue.enqueue({}, once);
    expect(again.status).toBe(status);
    await queue.queues.cancel(again);
  }
});

it('stores nothing more for an action that was never put off', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  const wordsOf = async () => (await queue.stored.hash('run'))[actionId]?.split(' ').length;
  await queue.settle(await queue.claimOne(), retry);
  expect(await wordsOf()).toBe(8);
  await queue.settle(await claimLater(queue), throttled);
  expect(await wordsOf()).toBe(10);
  await queue.settle(await claimLater(queue), retry);
  expect(await wordsOf()).toBe(8);
});
