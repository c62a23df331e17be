import type { RateLimitError } from '@nooble/errors';
import { newId, type TierPolicy } from '@nooble/models';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EnqueueOptions } from '../src/admission/enqueue-options.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { audit } from './audit.ts';
import { actionOf, NO_LIMITS, openQueue, openPool, type Queue } from './fixture.ts';

const MINUTE_MS = 60_001;
const DAY_MS = 86_400_000;

function limits(policy: Partial<TierPolicy>) {
  return { tiers: { ...NO_LIMITS, professional: { ...NO_LIMITS.professional, ...policy } } };
}

/** Fills a limit, then tries once more; returns the refusal, which left no trace. */
async function refusalAfter(
  { enqueue, stored }: Queue,
  admissions: number,
  options?: EnqueueOptions,
): Promise<RateLimitError> {
  for (let n = 0; n < admissions; n += 1) await enqueue();
  const before = await stored.dump();
  const refusal = (await enqueue({}, options).catch((error: unknown) => error)) as RateLimitError;
  expect(await stored.dump()).toEqual(before);
  return refusal;
}

/** Runs `act`, which returns a delay until the limit frees, and records the times around it. */
async function measured(queue: Queue, act: () => Promise<RateLimitError>) {
  const from = await queue.stored.now();
  const refusal = await act();
  const to = await queue.stored.now();
  return { refusal, from, to: to + 1 };
}

it('applies the specified limits by default', async () => {
  const { queues } = openQueue({ tiers: {} });
  const outcomes = await queues.enqueueMany(
    Array.from({ length: 12 }, () => actionOf({ tenantTier: 'free' })),
  );
  expect(outcomes.filter(({ status }) => status === 'accepted')).toHaveLength(10);
  expect(outcomes.at(-1)).toMatchObject({ error: { code: 'RATE_LIMIT', limit: 10 } });
});

it('refuses what exceeds the minute, says when to come back, and leaves no trace', async () => {
  const queue = openQueue(limits({ perMinute: 3 }));
  const { refusal, from, to } = await measured(queue, async () => refusalAfter(queue, 3));
  expect(refusal).toMatchObject({ code: 'RATE_LIMIT', limit: 3, window: 'minute' });
  const first = Number(await queue.stored.client.lindex(queue.stored.key('minute', 'acme'), -1));
  expect(refusal.retryAfterMs).toBeGreaterThanOrEqual(first + MINUTE_MS - to);
  expect(refusal.retryAfterMs).toBeLessThanOrEqual(first + MINUTE_MS - from);
  expect(Date.parse(refusal.resetAt)).toBeGreaterThan(Date.now());
  expect(await audit(queue.stored)).toEqual([]);
});

it('leaves no trace of a refused action with an idempotency key and a delay', async () => {
  const queue = openQueue(limits({ perMinute: 1 }));
  const refusal = await refusalAfter(queue, 1, { idempotencyKey: 'k', delayMs: 5_000 });
  expect(refusal).toMatchObject({ code: 'RATE_LIMIT' });
});

it('slides the window: one admission frees when it is a minute old, and not before', async () => {
  const { enqueue, stored } = openQueue(limits({ perMinute: 2 }));
  await enqueue();
  await stored.ageAdmissions('acme', 30_000);
  await enqueue();
  await stored.ageAdmissions('acme', 20_000);
  await expect(enqueue()).rejects.toMatchObject({ code: 'RATE_LIMIT' });
  await stored.ageAdmissions('acme', 10_001);
  expect(await enqueue()).toMatchObject({ status: 'accepted' });
  await expect(enqueue()).rejects.toMatchObject({ code: 'RATE_LIMIT' });
});

it('remembers at most as many admissions as the limit, and for no longer than 61 s', async () => {
  const { enqueue, stored } = openQueue(limits({ perMinute: 2 }));
  for (let n = 0; n < 4; n += 1) {
    await enqueue();
    await stored.ageAdmissions('acme', 40_000);
  }
  const log = stored.key('minute', 'acme');
  expect(await stored.client.llen(log)).toBe(2);
  expect(await stored.client.pttl(log)).toBeLessThanOrEqual(61_000);
});

it('books the first free slots in order where the tier delays', async () => {
  const { enqueue, stored } = openQueue(limits({ perMinute: 2, onLimit: 'delay' }));
  const receipts = [];
  for (let n = 0; n < 5; n += 1) receipts.push(await enqueue());
  const due = receipts.map(({ notBefore }) => notBefore && Date.parse(notBefore));
  expect(due.slice(0, 2)).toEqual([undefined, undefined]);
  expect(due[4]).toBe(Number(due[2]) + MINUTE_MS);
  const log = await stored.client.lrange(stored.key('minute', 'acme'), 0, -1);
  expect(log.slice(0, 3).map(Number)).toEqual([due[4], due[3], due[2]]);
  const keptMs = await stored.client.pttl(stored.key('minute', 'acme'));
  expect((await stored.now()) + keptMs).toBeGreaterThanOrEqual(Number(due[4]) + MINUTE_MS);
  const delayed = await stored.scores(stored.key('delayed'));
  expect(receipts.slice(2).map(({ actionId }) => delayed.get(actionId))).toEqual(due.slice(2));
  expect(await audit(stored)).toEqual([]);
});

it('delays until the later of the slot and the time asked for', async () => {
  const { enqueue, stored } = openQueue(limits({ perMinute: 1, onLimit: 'delay' }));
  await enqueue();
  const now = await stored.now();
  const later = new Date(now + 600_000).toISOString();
  expect(await enqueue({}, { runAt: later })).toMatchObject({ notBefore: later });
  const sooner = await enqueue({}, { delayMs: 1_000 });
  expect(Date.parse(sooner.notBefore ?? '')).toBeGreaterThan(now + MINUTE_MS);
});

it.each(['reject', 'delay'] as const)(
  'admits nothing at a minute limit of 0 that would %s',
  async (onLimit) => {
    const queue = openQueue(limits({ perMinute: 0, onLimit }));
    expect(await refusalAfter(queue, 0)).toMatchObject({ limit: 0, window: 'minute' });
  },
);

it('refuses what exceeds the day until midnight UTC, even where the minute delays', async () => {
  const queue = openQueue(limits({ perDay: 2, onLimit: 'delay' }));
  const { refusal, from, to } = await measured(queue, async () => refusalAfter(queue, 2));
  expect(refusal).toMatchObject({ code: 'RATE_LIMIT', limit: 2, window: 'day' });
  const midnight = (Math.floor(from / DAY_MS) + 1) * DAY_MS;
  expect(refusal.retryAfterMs).toBeGreaterThanOrEqual(midnight - to);
  expect(refusal.retryAfterMs).toBeLessThanOrEqual(midnight - from);
});

it('counts an action on the day it is booked for', async () => {
  const { enqueue, stored } = openQueue(limits({ perDay: 9, perMinute: 1, onLimit: 'delay' }));
  await enqueue();
  await stored.ageAdmissions('acme', -DAY_MS);
  const { notBefore = '' } = await enqueue();
  const day = Math.floor(Date.parse(notBefore) / DAY_MS);
  expect(await stored.hash('day', `${day}`)).toEqual({ acme: '1' });
});

it('admits nothing at a day limit of 0', async () => {
  expect(await refusalAfter(openQueue(limits({ perDay: 0 })), 0)).toMatchObject({ window: 'day' });
});

it('counts each tenant, day and domain by itself', async () => {
  const { enqueue, stored } = openQueue(limits({ perDay: 1 }));
  await enqueue();
  await expect(enqueue()).rejects.toMatchObject({ window: 'day' });
  expect(await enqueue({ tenantId: 'umbrella' })).toMatchObject({ status: 'accepted' });
  expect(await enqueue({ actionType: 'query.ask' })).toMatchObject({ status: 'accepted' });
  const today = Math.floor((await stored.now()) / DAY_MS);
  await stored.client.rename(stored.key('day', `${today}`), stored.key('day', `${today - 1}`));
  expect(await enqueue()).toMatchObject({ status: 'accepted' });
});

it('drops the counters of two days ago with the first admission of a day', async () => {
  const { enqueue, stored } = openQueue(limits({ perDay: 5 }));
  const today = Math.floor((await stored.now()) / DAY_MS);
  for (const day of [today - 2, today - 1]) {
    await stored.client.hset(stored.key('day', `${day}`), 'acme', 1);
  }
  await enqueue();
  const days = await stored.client.keys(`${stored.key('day')}*`);
  expect(days.sort()).toEqual([today - 1, today].map((day) => stored.key('day', `${day}`)));
  const ttl = await stored.client.pttl(stored.key('day', `${today}`));
  expect(ttl).toBeGreaterThan(DAY_MS);
  expect(ttl).toBeLessThanOrEqual(3 * DAY_MS);
});

it('refuses more than the depth, whether waiting or delayed, and admits again when one leaves', async () => {
  const queue = openQueue(limits({ maxDepth: 2 }));
  await queue.enqueue({}, { delayMs: 60_000 });
  expect(await refusalAfter(queue, 1)).toMatchObject({
    code: 'QUEUE_FULL',
    details: { queue: 'embedding:acme:professional', limit: 2 },
  });
  await queue.claimOne();
  expect(await queue.enqueue()).toMatchObject({ status: 'accepted' });
});

it('lets the items of a batch count against every limit', async () => {
  const five = Array.from({ length: 5 }, () => actionOf());
  for (const policy of [{ perMinute: 3 }, { perDay: 3 }, { maxDepth: 3 }]) {
    const { queues, stored } = openQueue(limits(policy));
    const outcomes = await queues.enqueueMany(five);
    expect(outcomes.map(({ status }) => status === 'accepted')).toEqual(
      [1, 1, 1, 0, 0].map(Boolean),
    );
    expect(await audit(stored)).toEqual([]);
  }
});

it('gives domains policies of their own, on top of the general ones', async () => {
  const { enqueue } = openQueue({
    ...limits({ perMinute: 2, perDay: 3 }),
    domains: { query: { professional: { perMinute: 4 } }, chat: { professional: { perDay: 1 } } },
  });
  const admissions = async (actionType: string) => {
    const tries = Array.from({ length: 4 }, async () => enqueue({ actionType }));
    const outcomes = await Promise.allSettled(tries);
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  };
  expect(await admissions('embedding.generate')).toBe(2);
  expect(await admissions('query.ask')).toBe(3);
  expect(await admissions('chat.answer')).toBe(1);
});

it.each(['perMinute', 'perDay', 'maxDepth'] as const)(
  'never exceeds %s under concurrent producers',
  async (limit) => {
    const { prefix, stored } = openQueue();
    const producers = Array.from(
      { length: 6 },
      () => new DomainQueueManager({ redis: openPool(), prefix, ...limits({ [limit]: 37 }) }),
    );
    const outcomes = await Promise.all(
      producers.flatMap((producer) =>
        Array.from({ length: 20 }, async () =>
          producer.enqueue(actionOf()).then(
            () => 'accepted',
            (error: RateLimitError) => error.code,
          ),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(37);
    expect(await stored.client.hlen(stored.key('actions'))).toBe(37);
    expect(await audit(stored)).toEqual([]);
  },
);

const steps = fc.array(
  fc.record({
    limit: fc.integer({ min: 1, max: 4 }),
    delays: fc.boolean(),
    ageMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 70_000 })),
    cancels: fc.oneof(fc.constant(undefined), fc.nat(5)),
  }),
  { minLength: 5, maxLength: 40 },
);

it('never exceeds a minute limit that changes while bookings lie ahead, some of which are cancelled', async () => {
  const queue = openQueue();
  const property = fc.asyncProperty(steps, async (commands) => {
    for (const { limit, slot, earlier } of await attempts(queue, commands)) {
      if (slot === undefined) continue;
      expect(earlier.filter((time) => time > slot - MINUTE_MS).length).toBeLessThan(limit);
    }
  });
  await fc.assert(property, { numRuns: 60 });
});

it('never refuses while fewer than the limit were admitted in the last minute', async () => {
  const queue = openQueue();
  const rejecting = steps.map((each) => each.map((step) => ({ ...step, delays: false })));
  const property = fc.asyncProperty(rejecting, async (commands) => {
    for (const { limit, slot, earlier, now } of await attempts(queue, commands)) {
      if (slot !== undefined) continue;
      const recent = earlier.filter((time) => time > now - MINUTE_MS);
      expect(recent.length).toBeGreaterThanOrEqual(limit);
    }
  });
  await fc.assert(property, { numRuns: 40 });
});

interface Step {
  readonly limit: number;
  readonly delays: boolean;
  /** Time that passes before the attempt. */
  readonly ageMs: number;
  /** Index of the booking to cancel before the attempt, if there is one. */
  readonly cancels: number | undefined;
}

interface Attempt {
  readonly limit: number;
  /** Time for which it was admitted (Unix ms); undefined if it was refused. */
  readonly slot: number | undefined;
  /** Slots of the earlier admissions, without those that were freed. */
  readonly earlier: readonly number[];
  /** Earliest time of the attempt. */
  readonly now: number;
}

interface Admission {
  readonly actionId: string;
  readonly slot: number;
}

/** Makes attempts of a new tenant at its limits, with time moved on and bookings cancelled in between. */
async function attempts(queue: Queue, steps: readonly Step[]): Promise<Attempt[]> {
  const tenantId = newId();
  const made: Attempt[] = [];
  let admitted: Admission[] = [];
  for (const { limit, delays, ageMs, cancels } of steps) {
    await queue.stored.ageAdmissions(tenantId, ageMs);
    admitted = admitted.map(({ actionId, slot }) => ({ actionId, slot: slot - ageMs }));
    const now = await queue.stored.now();
    if (cancels !== undefined) admitted = await cancelOne(queue, admitted, cancels);
    const admission = await admit(queue, tenantId, { limit, delays });
    made.push({ limit, slot: admission?.slot, earlier: admitted.map(({ slot }) => slot), now });
    if (admission) admitted = [...admitted, admission];
  }
  return made;
}

/** Returns the remaining slots after one of the future bookings is cancelled. */
async function cancelOne(
  { queues, stored }: Queue,
  admitted: Admission[],
  nth: number,
): Promise<Admission[]> {
  const now = await stored.now();
  const ahead = admitted.filter(({ slot }) => slot > now + 5_000);
  const one = ahead[nth % ahead.length];
  if (!one) return admitted;
  await queues.cancel({ domain: 'embedding', actionId: one.actionId });
  return admitted.filter((each) => each !== one);
}

/** Tries to admit under a limit; returns undefined if refused. */
async function admit(
  { redis, prefix, stored }: Queue,
  tenantId: string,
  { limit, delays }: { limit: number; delays: boolean },
): Promise<Admission | undefined> {
  const onLimit = delays ? 'delay' : 'reject';
  const producer = new DomainQueueManager({
    redis,
    prefix,
    ...limits({ perMinute: limit, onLimit }),
  });
  try {
    const { actionId } = await producer.enqueue(actionOf({ tenantId }));
    const slot = Number(await stored.client.lindex(stored.key('minute', tenantId), 0));
    return { actionId, slot };
  } catch {
    return undefined;
  }
}
