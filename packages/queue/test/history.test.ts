import { expect, it } from 'vitest';
import type { DomainQueueManager } from '../src/manager.ts';
import type { HistoryEnding, HistoryEntry } from '../src/protocol/operations/endings-read.ts';
import { failure, openQueue } from './fixture.ts';

const EMBEDDING = 'embedding';

async function entriesOf(queues: DomainQueueManager): Promise<HistoryEntry[]> {
  const batches = await queues.endings(EMBEDDING).read();
  return batches.flatMap(({ entries }) => entries);
}

async function endingsOf(queues: DomainQueueManager): Promise<HistoryEnding[]> {
  return (await entriesOf(queues)).filter((entry) => entry.kind === 'ending');
}

const done = { status: 'done', result: { length: 5 } } as const;

it('appends every kind of ending, with what is known of the action', async () => {
  const { queues, enqueue, claimOne, settle } = openQueue();
  await queues.setHistory(EMBEDDING, {});
  await enqueue({ actionId: 'done' });
  await settle(await claimOne(), done);
  await enqueue({ actionId: 'dead' });
  await settle(await claimOne(), { status: 'dead', error: failure });
  await enqueue({ actionId: 'cancelled' });
  await queues.cancel({ domain: EMBEDDING, actionId: 'cancelled' });
  await enqueue({ actionId: 'expired', expiresAt: '2026-01-01T00:00:00.000Z' });
  await expect(claimOne()).rejects.toThrow('Nothing to claim');
  const endings = await endingsOf(queues);
  expect(endings.map(({ actionId, ending, attempts }) => [actionId, ending, attempts])).toEqual([
    ['done', 'done', 1],
    ['dead', 'dead', 1],
    ['cancelled', 'cancelled', 0],
    ['expired', 'expired', 0],
  ]);
  const [first, second, third] = endings;
  expect(first).toMatchObject({ tenantId: 'acme', tier: 'professional', cost: 1, note: '' });
  expect(first?.firstClaimMs).toBeGreaterThanOrEqual(first?.admittedMs ?? Infinity);
  expect(first?.endedMs).toBeGreaterThanOrEqual(first?.firstClaimMs ?? Infinity);
  expect(JSON.parse(first?.envelope ?? '')).toMatchObject({ task_id: 'task' });
  expect(JSON.parse(second?.note ?? '')).toEqual(failure);
  expect(third).not.toHaveProperty('firstClaimMs');
});

it('has the first claim, the attempts and their time of an action that was retried', async () => {
  const { queues, enqueue, claimOne, settle, stored } = openQueue();
  await queues.setHistory(EMBEDDING, {});
  await enqueue({ actionId: 'again' });
  const first = await claimOne();
  await settle(first, { status: 'retry', delayMs: 0, error: failure });
  await stored.hasten('delayed', 1_000);
  const second = await claimOne();
  await settle(second, done);
  const [ending] = await endingsOf(queues);
  const claimedMs = Math.floor(Number(first.lease.token) / 1_000);
  expect(ending).toMatchObject({ attempts: 2, firstClaimMs: claimedMs, token: second.lease.token });
  expect(ending?.runningMs).toBeLessThanOrEqual((ending?.endedMs ?? 0) - claimedMs);
  expect(await stored.hash('attempts')).toEqual({});
});

it('keeps results only if that is wanted, and data only if that is wanted', async () => {
  const { queues, enqueue, claimOne, settle } = openQueue();
  for (const kept of [true, false]) {
    await queues.setHistory(EMBEDDING, { data: kept, result: kept });
    await enqueue({ actionId: `kept-${kept}` }, { retainMs: 60_000 });
    await settle(await claimOne(), done);
  }
  const endings = await endingsOf(queues);
  expect(endings.map(({ keepsData, note }) => [keepsData, note])).toEqual([
    [true, '{"length":5}'],
    [false, ''],
  ]);
});

it('hands an ending to one recorder, and again if it is not removed in time', async () => {
  const { queues, enqueue } = openQueue();
  await queues.setHistory(EMBEDDING, {});
  const receipt = await enqueue();
  await queues.cancel(receipt);
  const reader = queues.endings(EMBEDDING);
  const [batch] = await reader.read();
  expect(await reader.read()).toEqual([]);
  const [again] = await reader.read({ patienceMs: 0 });
  expect(again?.entries).toEqual(batch?.entries);
  await batch?.done();
  await again?.done();
  expect(await reader.read({ patienceMs: 0 })).toEqual([]);
  expect((await queues.stats(EMBEDDING)).history).toMatchObject({ entries: 0, bytes: 0, lagMs: 0 });
});

it('refuses admission at the bound, and appends the endings of what was admitted before', async () => {
  const { queues, enqueue } = openQueue();
  await queues.setHistory(EMBEDDING, { maxEntries: 2 });
  const receipts = [await enqueue(), await enqueue(), await enqueue()];
  for (const receipt of receipts) await queues.cancel(receipt);
  await expect(enqueue()).rejects.toMatchObject({
    code: 'HISTORY_BEHIND',
    httpStatus: 503,
    details: { retryAfterMs: 5_000 },
  });
  expect((await queues.stats(EMBEDDING)).history).toMatchObject({ entries: 3, dropped: 0 });
  const [batch] = await queues.endings(EMBEDDING).read();
  await batch?.done();
  await expect(enqueue()).resolves.toMatchObject({ status: 'accepted' });
});

it('refuses admission at the bound in bytes', async () => {
  const { queues, enqueue } = openQueue();
  await queues.setHistory(EMBEDDING, { maxBytes: 1_024 });
  const receipt = await enqueue({ data: { text: 'x'.repeat(2_000) } });
  await queues.cancel(receipt);
  await expect(enqueue()).rejects.toMatchObject({ code: 'HISTORY_BEHIND' });
});

it('drops the oldest at the bound, and hands out how many as a gap', async () => {
  const { queues, enqueue } = openQueue();
  await queues.setHistory(EMBEDDING, { maxEntries: 2, whenBehind: 'drop' });
  for (const actionId of ['a', 'b', 'c', 'd', 'e']) {
    await queues.cancel(await enqueue({ actionId }));
  }
  expect((await queues.stats(EMBEDDING)).history).toMatchObject({ entries: 2, dropped: 3 });
  const entries = await entriesOf(queues);
  expect(entries.map((entry) => (entry.kind === 'gap' ? 'gap' : entry.actionId))).toEqual([
    'd',
    'e',
    'gap',
  ]);
  expect(entries.at(-1)).toMatchObject({
    count: 3,
    first: { actionId: 'a' },
    last: { actionId: 'c' },
  });
});

it('does not drop what a recorder has received', async () => {
  const { queues, enqueue } = openQueue();
  await queues.setHistory(EMBEDDING, { maxEntries: 2, whenBehind: 'drop' });
  const end = async (actionId: string) => queues.cancel(await enqueue({ actionId }));
  await end('a');
  await end('b');
  const [batch] = await queues.endings(EMBEDDING).read();
  await end('c');
  await end('d');
  await batch?.done();
  expect(batch?.entries.map((entry) => entry.kind === 'ending' && entry.actionId)).toEqual([
    'a',
    'b',
  ]);
  expect(await entriesOf(queues)).toMatchObject([{ kind: 'gap', count: 2 }]);
});

it('counts a gap that no recorder has received once when it is dropped itself', async () => {
  const { queues, enqueue } = openQueue();
  await queues.setHistory(EMBEDDING, { maxEntries: 1, whenBehind: 'drop' });
  const end = async () => queues.cancel(await enqueue());
  for (let n = 0; n < 4; n += 1) await end();
  const [batch] = await queues.endings(EMBEDDING).read({ maxEntries: 1 });
  for (let n = 0; n < 3; n += 1) await end();
  await batch?.done();
  const entries = await entriesOf(queues);
  const gaps = entries.flatMap((entry) => (entry.kind === 'gap' ? [entry.count] : []));
  const endings = entries.length - gaps.length + (batch?.entries.length ?? 0);
  expect(gaps.reduce((sum, count) => sum + count, endings)).toBe(7);
});

it('keeps the history of every partition, and changes their number only once it is recorded', async () => {
  const { queues, enqueue } = openQueue();
  await queues.setHistory(EMBEDDING, { data: true });
  await queues.cancel(await enqueue());
  await expect(queues.setPartitions(EMBEDDING, 3)).rejects.toMatchObject({
    code: 'DOMAIN_NOT_EMPTY',
  });
  const [left] = await queues.endings(EMBEDDING).read();
  await left?.done();
  await queues.setPartitions(EMBEDDING, 3);
  for (let n = 0; n < 20; n += 1) await queues.cancel(await enqueue({ tenantId: `tenant-${n}` }));
  const batches = await queues.endings(EMBEDDING).read();
  expect(batches.map(({ partition }) => partition)).toEqual(['3.0', '3.1', '3.2']);
  expect((await queues.stats(EMBEDDING)).history).toMatchObject({
    entries: 20,
    rule: { data: true },
  });
});

it('an action ends although its result has no JSON', async () => {
  const { queues, enqueue, claimOne, settle } = openQueue();
  await queues.setHistory(EMBEDDING, { result: true });
  await enqueue();
  expect(await settle(await claimOne(), { status: 'done', result: 1n })).toBe('ok');
  expect(await endingsOf(queues)).toMatchObject([{ ending: 'done', note: '' }]);
});

it('appends nothing once the history is off, and hands out what is left', async () => {
  const { queues, enqueue, claimOne, settle } = openQueue();
  await queues.setHistory(EMBEDDING, {});
  await queues.cancel(await enqueue({ actionId: 'kept' }));
  await enqueue({ actionId: 'not-kept' });
  const claimed = await claimOne();
  await queues.setHistory(EMBEDDING, false);
  await settle(claimed, done);
  expect((await endingsOf(queues)).map(({ actionId }) => actionId)).toEqual(['kept']);
});

it('refuses wrong options of a history together', async () => {
  const { queues } = openQueue();
  const wrong = { maxEntries: 0, whenBehind: 'wait' } as never;
  await expect(queues.setHistory(EMBEDDING, wrong)).rejects.toThrow(/maxEntries.*whenBehind/);
});
