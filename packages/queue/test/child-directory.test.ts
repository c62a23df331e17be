import { decodeAction } from '@nooble/models';
import { expect, it } from 'vitest';
import type { ClaimedAction } from '../src/broker.ts';
import { actionOf, failure, openQueue, PATIENT, type Queue } from './fixture.ts';

const CASES: Record<string, (queue: Queue, claimed: ClaimedAction) => Promise<unknown>> = {
  'is done': async (queue, claimed) => queue.settle(claimed, { status: 'done', result: 1 }),
  'is dead': async (queue, claimed) => queue.settle(claimed, { status: 'dead', error: failure }),
  'expires in its worker': async (queue, claimed) =>
    queue.settle(claimed, { status: 'expired', error: failure }),
  'is done by another worker after its own was killed': async (queue) => {
    await queue.loseLeases();
    await queue.settle(await queue.claimOne(), { status: 'done', result: 1 });
  },
  'is dead because its workers were killed': async (queue) => {
    for (let stalls = 0; stalls < 4; stalls += 1) {
      await queue.loseLeases();
      await queue.claim(1);
    }
  },
  'expires in its queue after its worker was killed': async (queue) => queue.loseLeases(),
  'expires while it is delayed': async (queue, claimed) =>
    queue.settle(claimed, { status: 'retry', delayMs: 3_600_000, error: failure }),
};

/** A running action that has sent another one. */
async function openParent(expiresAt?: string) {
  const queue = openQueue({ tiers: { professional: { perMinute: null, perDay: null } } });
  const receipt = await queue.enqueue(
    { ...(expiresAt !== undefined && { expiresAt }) },
    { retainMs: 60_000 },
  );
  const claimed = await queue.claimOne();
  const handler = queue.queues.within(decodeAction(claimed.envelope), {
    token: claimed.lease.token,
    expiresMs: undefined,
    leftMs: () => Number.POSITIVE_INFINITY,
    isCancelled: () => false,
    assertRuns: () => undefined,
  });
  await handler.enqueue(actionOf({ actionType: 'query.search' }));
  const key = queue.stored.key('children', claimed.lease.actionId);
  expect(await queue.stored.client.smembers(key)).toHaveLength(1);
  return { queue, receipt, claimed, key };
}

it.each(Object.entries(CASES))('goes when its action %s', async (name, end) => {
  const expiresMs = Date.now() + 1_000;
  const soon = new Date(expiresMs).toISOString();
  const isQueued = /expires (?:in its queue|while)/.test(name);
  const { queue, claimed, key, receipt } = await openParent(isQueued ? soon : undefined);
  await end(queue, claimed);
  const ended = async () => {
    if (isQueued && Date.now() > expiresMs) await queue.claim(1);
    return queue.stateOf(receipt.actionId);
  };
  await expect.poll(ended, PATIENT).toMatch(/^(?:done|dead|expired)$/);
  expect(await queue.stored.client.exists(key)).toBe(0);
});

it('stays for a further attempt, and a minute after all children of a cancelled action were cancelled', async () => {
  const { queue, receipt, claimed, key } = await openParent();
  await queue.settle(claimed, { status: 'retry', delayMs: 0, error: failure });
  expect(await queue.stored.client.pttl(key)).toBeGreaterThan(3_600_000);
  await queue.queues.cancel(receipt);
  const left = async () => {
    await queue.claim(0);
    return queue.stored.client.pttl(key);
  };
  await expect.poll(left, PATIENT).toBeLessThanOrEqual(60_000);
  expect(await left()).toBeGreaterThan(0);
});
