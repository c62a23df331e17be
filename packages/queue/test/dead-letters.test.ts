import { newId } from '@nooble/models';
import { expect, it } from 'vitest';
import type { DeadLetter, DeadLetters } from '../src/inspection/dead-letters.ts';
import { audit } from './audit.ts';
import { actionOf, failure, idsOf, NO_LIMITS, openQueue, type Queue } from './fixture.ts';

const dead = { status: 'dead', error: failure } as const;

/** Creates this number of dead letters; returns their ids, the oldest first. */
async function bury(queue: Queue, count: number): Promise<string[]> {
  await queue.queues.enqueueMany(Array.from({ length: count }, () => actionOf()));
  const claimed = await queue.claim(count);
  const settlements = claimed.map((each) => ({ claimed: each, outcome: dead }));
  await queue.brokerOf().settle(settlements);
  return idsOf(claimed);
}

async function listAll(letters: DeadLetters, limit: number): Promise<DeadLetter[][]> {
  const pages: DeadLetter[][] = [];
  for (;;) {
    const after = pages.at(-1)?.at(-1);
    const page = await letters.list({ limit, ...(after && { after }) });
    if (page.length === 0) return pages;
    pages.push(page);
  }
}

it('keeps redriven actions to the cap of their tenant, which had nothing else for a while', async () => {
  const queue = openQueue({ tiers: { professional: { ...NO_LIMITS.professional, maxActive: 1 } } });
  for (let n = 0; n < 2; n += 1) {
    await queue.enqueue();
    await queue.settle(await queue.claimOne(), dead);
  }
  await queue.queues.deadLetters('embedding').redrive({ all: true });
  expect(await queue.claim(5)).toHaveLength(1);
  expect(await audit(queue.stored)).toEqual([]);
});

it('keeps what was given up, with its error, its attempts and its envelope', async () => {
  const queue = openQueue();
  const action = actionOf({ data: { text: 'précieux' } });
  await queue.queues.enqueue(action);
  await queue.settle(await queue.claimOne(), { status: 'retry', delayMs: 0, error: failure });
  const claimed = await queue.claimOne();
  await queue.settle(claimed, dead);
  expect(await queue.queues.deadLetters('embedding').list()).toMatchObject([
    {
      domain: 'embedding',
      actionId: action.actionId,
      tenantId: 'acme',
      tier: 'professional',
      error: failure,
      failures: 1,
      stalls: 0,
      redrives: 0,
      action,
      envelope: claimed.envelope,
    },
  ]);
  expect(await queue.queues.get({ domain: 'embedding', actionId: action.actionId })).toMatchObject({
    state: 'dead',
    error: failure,
    failures: 1,
  });
  await queue.queues.deadLetters('embedding').redrive({ all: true });
  expect(await queue.claimOne()).toMatchObject({ failures: 0, redrives: 1 });
  expect(await audit(queue.stored)).toEqual([]);
});

it('has no letters in a domain where nothing died', async () => {
  const letters = openQueue().queues.deadLetters('embedding');
  expect(await letters.list()).toEqual([]);
  expect(await letters.redrive({ all: true })).toBe(0);
  expect(await letters.discard({ actionIds: ['x'] })).toBe(0);
});

it('lists in pages, the oldest first, each letter once', async () => {
  const queue = openQueue();
  const ids = new Set([...(await bury(queue, 7)), ...(await bury(queue, 4))]);
  const pages = await listAll(queue.queues.deadLetters('embedding'), 3);
  expect(pages.map(({ length }) => length)).toEqual([3, 3, 3, 2]);
  const letters = pages.flat();
  expect(new Set(letters.map(({ actionId }) => actionId))).toEqual(ids);
  const times = letters.map(({ diedAt }) => diedAt);
  expect(times).toEqual(times.toSorted());
});

it('goes on with a listing although the last letter of a page was discarded', async () => {
  const queue = openQueue();
  await bury(queue, 3);
  await queue.stored.hasten('dead', 5_000);
  await bury(queue, 1);
  const letters = queue.queues.deadLetters('embedding');
  const page = await letters.list({ limit: 3 });
  await letters.discard({ actionIds: page.map(({ actionId }) => actionId) });
  expect(await letters.list({ after: page[2] as DeadLetter })).toHaveLength(1);
});

it('lists a letter whose envelope does not parse, with its raw text', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.settle(await queue.claimOne(), dead);
  const header = (await queue.stored.hash('actions'))[actionId]?.split('\n')[0] ?? '';
  await queue.stored.client.hset(queue.stored.key('actions'), actionId, `${header}\n{oops`);
  const [letter] = await queue.queues.deadLetters('embedding').list();
  expect(letter).toMatchObject({ actionId, envelope: '{oops' });
  expect(letter).not.toHaveProperty('action');
});

it('redrives the chosen letters to the end of their queues, with fresh attempts', async () => {
  const queue = openQueue();
  const ids = await bury(queue, 3);
  const waiting = await queue.enqueue();
  const letters = queue.queues.deadLetters('embedding');
  expect(await letters.redrive({ actionIds: [ids[2] ?? '', 'unknown', ids[0] ?? ''] })).toBe(2);
  const claimed = await queue.claim(5);
  expect(idsOf(claimed)).toEqual([waiting.actionId, ids[2], ids[0]]);
  expect(claimed[1]).toMatchObject({ failures: 0, stalls: 0, redrives: 1 });
  expect((await letters.list()).map(({ actionId }) => actionId)).toEqual([ids[1]]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('redrives past every limit', async () => {
  const queue = openQueue({ tiers: { professional: { perMinute: 1, perDay: 1, maxDepth: 1 } } });
  await queue.enqueue();
  await queue.settle(await queue.claimOne(), dead);
  expect(await queue.queues.deadLetters('embedding').redrive({ all: true })).toBe(1);
  expect(await queue.claim(1)).toHaveLength(1);
});

it('counts the redrives of an action that dies again', async () => {
  const queue = openQueue();
  await bury(queue, 1);
  const letters = queue.queues.deadLetters('embedding');
  for (let redrives = 1; redrives <= 2; redrives += 1) {
    await letters.redrive({ all: true });
    await queue.settle(await queue.claimOne(), dead);
    expect(await letters.list()).toMatchObject([{ redrives, failures: 0 }]);
  }
});

it('redrives an action that stalled too often, which may stall again', async () => {
  const queue = openQueue({ worker: { maxStalls: 0 } });
  await queue.enqueue();
  await queue.claimOne();
  await queue.loseLeases();
  const letters = queue.queues.deadLetters('embedding');
  expect(await letters.list()).toMatchObject([{ stalls: 1, error: { code: 'STALLED' } }]);
  await letters.redrive({ all: true });
  expect(await queue.claimOne()).toMatchObject({ stalls: 0, redrives: 1, suspect: false });
});

it('redrives and discards more letters than fit into one call', async () => {
  const queue = openQueue();
  for (let n = 0; n < 3; n += 1) await bury(queue, 400);
  const letters = queue.queues.deadLetters('embedding');
  expect(await letters.redrive({ all: true })).toBe(1_200);
  expect((await queue.queues.stats('embedding')).tiers.professional).toMatchObject({
    waiting: 1_200,
    dead: 0,
  });
  for (let n = 0; n < 3; n += 1) {
    const claimed = await queue.claim(400);
    await queue.brokerOf().settle(claimed.map((each) => ({ claimed: each, outcome: dead })));
  }
  expect(await letters.discard({ all: true })).toBe(1_200);
  expect(await queue.stored.hash('actions')).toEqual({});
  expect(await queue.stored.hash('deaths')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
});

it('forgets a discarded letter', async () => {
  const queue = openQueue();
  const [actionId = ''] = await bury(queue, 1);
  const letters = queue.queues.deadLetters('embedding');
  expect(await letters.discard({ actionIds: [actionId, actionId] })).toBe(1);
  expect(await queue.queues.get({ domain: 'embedding', actionId })).toBeUndefined();
  expect(await letters.redrive({ actionIds: [actionId] })).toBe(0);
});

it('refuses a name that could not be that of a letter', async () => {
  const letters = openQueue().queues.deadLetters('embedding');
  await expect(letters.discard({ actionIds: ['a:b'] })).rejects.toMatchObject({
    code: 'INVALID_ACTION',
  });
});

it('drops letters after 14 days, and counts them', async () => {
  const queue = openQueue();
  await bury(queue, 2);
  await queue.stored.hasten('dead', 14 * 86_400_000 + 1);
  const [young] = await bury(queue, 1);
  await queue.brokerOf().claim({ slots: 0 });
  const letters = await queue.queues.deadLetters('embedding').list();
  expect(letters.map(({ actionId }) => actionId)).toEqual([young]);
  expect((await queue.queues.stats('embedding')).deadDropped).toBe(2);
  expect(await audit(queue.stored)).toEqual([]);
});

it('takes no action id twice while its letter is kept', async () => {
  const queue = openQueue();
  const action = actionOf({ actionId: newId() });
  await queue.queues.enqueue(action);
  await queue.settle(await queue.claimOne(), dead);
  expect(await queue.queues.enqueue(action)).toMatchObject({ status: 'duplicate' });
});
