import { expect, it } from 'vitest';
import { audit } from './audit.ts';
import { actionOf, failure, openQueue, type Queue } from './fixture.ts';

const acme = { domain: 'embedding', tenantId: 'acme' } as const;
const chat = { sequence: 'chat' };

async function blockedIn({ queues }: Queue, limit?: number): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await queues.list({ ...acme, state: 'blocked', cursor, ...(limit && { limit }) });
    pages.push(page.actions.map(({ actionId }) => actionId));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return pages;
}

it('lists the actions that are blocked in sequences, apart from those in queues', async () => {
  const queue = openQueue();
  await queue.queues.enqueueMany(
    ['a', 'b', 'c'].map((actionId) => actionOf({ actionId, ...chat })),
  );
  await queue.enqueue({ actionId: 'd', sequence: 'other' });
  await queue.enqueue({ actionId: 'e', sequence: 'other' });
  await queue.enqueue({ actionId: 'x', tenantId: 'globex', ...chat });
  expect((await blockedIn(queue)).flat()).toEqual(['b', 'c', 'e']);
  expect((await blockedIn(queue, 2)).flat()).toEqual(['b', 'c', 'e']);
  const { actions } = await queue.queues.list({ ...acme, state: 'waiting' });
  expect(actions.map(({ actionId }) => actionId)).toEqual(['a', 'd']);
  const [listed] = (await queue.queues.list({ ...acme, state: 'blocked' })).actions;
  expect(listed).toEqual({
    ...(await queue.queues.get({ ...acme, actionId: 'b' })),
    tier: 'professional',
    since: expect.stringMatching(/^20.*Z$/) as string,
  });
});

it('counts a blocked action as such until it leads, is cancelled, or has died', async () => {
  const queue = openQueue();
  const counts = async () => {
    const { waiting, blocked, delayed } = await queue.queues.tenantStats('embedding', 'acme');
    expect(await audit(queue.stored)).toEqual([]);
    return { waiting, blocked, delayed };
  };
  for (const actionId of ['a', 'b', 'c', 'd']) await queue.enqueue({ actionId, ...chat });
  await queue.enqueue({ actionId: 'later' }, { delayMs: 60_000 });
  expect(await counts()).toEqual({ waiting: 1, blocked: 3, delayed: 1 });
  await queue.queues.cancel({ ...acme, actionId: 'c' });
  expect(await counts()).toEqual({ waiting: 1, blocked: 2, delayed: 1 });
  await queue.settle(await queue.claimOne(), { status: 'dead', error: failure });
  expect(await counts()).toEqual({ waiting: 1, blocked: 1, delayed: 1 });
  await queue.queues.deadLetters('embedding').redrive({ actionIds: ['a'] });
  expect((await blockedIn(queue)).flat()).toEqual(['d', 'a']);
  for (const id of ['b', 'd', 'a']) {
    const claimed = await queue.claimOne();
    expect(claimed.lease.actionId).toBe(id);
    await queue.settle(claimed, { status: 'done' });
  }
  expect(await counts()).toEqual({ waiting: 0, blocked: 0, delayed: 1 });
});

it('shows the throttle keys that are held, in the statistics and for an action that waits', async () => {
  const queue = openQueue();
  await queue.enqueue({ actionId: 'first' });
  await queue.enqueue({ actionId: 'second', tenantId: 'globex' });
  const of = { of: 'key', key: 'openai/gpt-4o', forMs: 60_000 } as const;
  const throttled = { status: 'throttled', delayMs: 60_000, error: failure } as const;
  const claimed = await queue.claimOne();
  await queue.settle(claimed, { ...throttled, hold: of });
  const hold = { key: 'openai/gpt-4o', until: expect.stringMatching(/^20.*Z$/) as string };
  expect(await queue.queues.stats('embedding')).toMatchObject({
    throttleHolds: [hold],
    tenantsThrottled: 0,
  });
  const waits = claimed.lease.actionId === 'first' ? 'second' : 'first';
  const { reasons, text } = await queue.queues.explain({ domain: 'embedding', actionId: waits });
  expect(reasons).toContainEqual({ kind: 'throttle-keys', holds: [hold] });
  expect(text).toContain('"openai/gpt-4o" until 20');
});

it('counts the tenants that a limit holds', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const hold = { of: 'tenant', forMs: 60_000 } as const;
  const throttled = { status: 'throttled', delayMs: 60_000, error: failure, hold } as const;
  await queue.settle(await queue.claimOne(), throttled);
  expect(await queue.queues.stats('embedding')).toMatchObject({
    throttleHolds: [],
    tenantsThrottled: 1,
  });
});
