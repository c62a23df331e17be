import type { TierPolicy } from '@nooble/models';
import { expect, it } from 'vitest';
import { audit } from './audit.ts';
import { failure, NO_LIMITS, openQueue, type Queue } from './fixture.ts';

const MINUTE_MS = 60_001;
const DAY_MS = 86_400_000;

function delaying(policy: Partial<TierPolicy>) {
  const professional = { ...NO_LIMITS.professional, ...policy, onLimit: 'delay' } as const;
  return openQueue({ tiers: { ...NO_LIMITS, professional } });
}

async function book({ enqueue }: Queue, count: number) {
  const receipts = [];
  for (let n = 0; n < count; n += 1) receipts.push(await enqueue());
  return receipts.map(({ notBefore, ...ref }) => ({ ...ref, dueMs: Date.parse(notBefore ?? '') }));
}

async function countedOn({ stored }: Queue, dayMs: number): Promise<number> {
  const counts = await stored.hash('day', String(Math.floor(dayMs / DAY_MS)));
  return Number(counts['acme'] ?? 0);
}

it.each([{ expiresInMs: 30_000 }, { expiresInMs: 100, retainMs: 60_000, idempotencyKey: 'k' }])(
  'refuses what would have to wait for a slot until it has expired, and books nothing: %o',
  async (options) => {
    const queue = delaying({ perMinute: 1, perDay: 10 });
    await queue.enqueue();
    const before = await queue.stored.dump();
    await expect(queue.enqueue({}, options)).rejects.toMatchObject({
      code: 'RATE_LIMIT',
      window: 'minute',
      limit: 1,
    });
    expect(await queue.stored.dump()).toEqual(before);
    const lasting = await queue.enqueue({}, { expiresInMs: 2 * MINUTE_MS });
    expect(Date.parse(lasting.notBefore ?? '')).toBeGreaterThan(0);
  },
);

it('refuses by the time an action names as by the time it may take', async () => {
  const queue = delaying({ perMinute: 1 });
  await queue.enqueue();
  const soon = new Date((await queue.stored.now()) + 30_000).toISOString();
  await expect(queue.enqueue({ expiresAt: soon })).rejects.toMatchObject({ code: 'RATE_LIMIT' });
});

it.each([
  { delayMs: 60_000, expiresInMs: 60_000 },
  { runAt: new Date(Date.now() + DAY_MS), expiresInMs: 1_000 },
])('refuses what may not start before it has expired, and leaves no trace: %o', async (options) => {
  const queue = delaying({ perMinute: 5 });
  await queue.enqueue();
  const before = await queue.stored.dump();
  await expect(queue.enqueue({}, options)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  expect(await queue.stored.dump()).toEqual(before);
});

it('gives the slots of cancelled actions back to the window and the day', async () => {
  const queue = delaying({ perMinute: 2, perDay: 10 });
  const [, , ...ahead] = await book(queue, 6);
  const first = ahead[0]?.dueMs ?? 0;
  for (const receipt of ahead) expect(await queue.queues.cancel(receipt)).toBe('cancelled');
  expect(await countedOn(queue, first)).toBe(first % DAY_MS < MINUTE_MS ? 0 : 2);
  expect(await queue.stored.hash('depth')).toEqual({ acme: '2' });
  expect(await audit(queue.stored)).toEqual([]);
  const [again] = await book(queue, 1);
  expect(again?.dueMs).toBe(first);
});

it('keeps what was admitted in the last minute in the window when everything ahead is cancelled', async () => {
  const queue = delaying({ perMinute: 2 });
  const [, , ...ahead] = await book(queue, 8);
  for (const receipt of ahead) await queue.queues.cancel(receipt);
  const [third, fourth, fifth] = await book(queue, 3);
  expect([third?.dueMs, fourth?.dueMs]).toEqual([ahead[0]?.dueMs, ahead[1]?.dueMs]);
  expect(fifth?.dueMs).toBe((third?.dueMs ?? 0) + MINUTE_MS);
});

it('lets later bookings keep their slots, and nobody overtake them', async () => {
  const queue = delaying({ perMinute: 1 });
  const [, second, third] = await book(queue, 3);
  if (!second || !third) throw new Error('Three were booked');
  await queue.queues.cancel(second);
  const delayed = await queue.stored.scores(queue.stored.key('delayed'));
  expect(delayed).toEqual(new Map([[third.actionId, third.dueMs]]));
  const [next] = await book(queue, 1);
  expect(next?.dueMs).toBe(third.dueMs + MINUTE_MS);
});

it('gives back the slot that was booked, not the later time that was asked for', async () => {
  const queue = delaying({ perMinute: 1 });
  await queue.enqueue();
  const later = await queue.enqueue({}, { delayMs: 3 * MINUTE_MS });
  const booked = Number(await queue.stored.client.lindex(queue.stored.key('minute', 'acme'), 0));
  await queue.queues.cancel(later);
  const [again] = await book(queue, 1);
  expect(again?.dueMs).toBe(booked);
});

it('does not give back what was admitted at once, nor a slot that has come', async () => {
  const queue = delaying({ perMinute: 1, perDay: 10 });
  const [now, ahead] = await book(queue, 2);
  if (!now || !ahead) throw new Error('Two were booked');
  await queue.queues.cancel(now);
  await queue.stored.ageAdmissions('acme', MINUTE_MS + 1);
  await queue.queues.cancel(ahead);
  const [next] = await book(queue, 1);
  expect(next?.dueMs).toBeGreaterThan(await queue.stored.now());
});

it('remembers no more than a window reaches while a tenant books ahead all the time', async () => {
  const queue = delaying({ perMinute: 2 });
  await book(queue, 4);
  for (let minute = 0; minute < 8; minute += 1) {
    await queue.stored.ageAdmissions('acme', MINUTE_MS);
    await book(queue, 2);
    expect(await queue.stored.client.llen(queue.stored.key('minute', 'acme'))).toBeLessThan(7);
  }
});

it('forgets a booking when its slot has come', async () => {
  const queue = delaying({ perMinute: 1 });
  await book(queue, 2);
  await queue.stored.hasten('delayed', MINUTE_MS + 1);
  await queue.brokerOf().claim({ slots: 0 });
  expect(await queue.stored.hash('bookings')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
});

it('notifies the caller of a retry due after the expiry when it expires, not when it is due', async () => {
  const queue = openQueue();
  const asked = { callbackQueue: 'query:acme:free' };
  const { actionId } = await queue.enqueue(asked, { expiresInMs: 30_000, retainMs: 60_000 });
  const expiryMs = (await queue.stored.now()) + 30_000;
  await queue.settle(await queue.claimOne(), {
    status: 'retry',
    delayMs: 3_600_000,
    error: failure,
  });
  const delayed = await queue.stored.scores(queue.stored.key('delayed'));
  expect(delayed.get(actionId)).toBeLessThanOrEqual(expiryMs);
  await queue.stored.passExpiry(actionId);
  await queue.brokerOf().claim({ slots: 0 });
  expect(await queue.stateOf(actionId)).toBe('expired');
  expect(await queue.stored.hash('depth')).toEqual({});
  expect(Object.values(await queue.stored.hash('messages'))).toEqual([
    expect.stringMatching(/^expired\n/),
  ]);
  expect(await audit(queue.stored)).toEqual([]);
});
