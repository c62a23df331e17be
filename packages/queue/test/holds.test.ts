import { expect, it } from 'vitest';
import type { Hold } from '../src/broker.ts';
import { audit } from './audit.ts';
import { failure, idsOf, openQueue, tenantsOf, type Queue } from './fixture.ts';

const HOUR_MS = 3_600_000;
const forAnHour = { of: 'tenant', forMs: HOUR_MS } as const;

const throttled = (hold: Hold) =>
  ({ status: 'throttled', delayMs: hold.forMs, error: failure, hold }) as const;

/** Moves the ends of all holds forward, so that they are due. */
async function passHolds({ stored }: Queue): Promise<void> {
  await stored.hasten('holds', HOUR_MS);
  const [first] = (await stored.scores(stored.key('holds'))).values();
  await stored.client.hset(stored.key('state'), 'lift', String(first));
}

/** A queue with one action of acme that met a limit and holds its tenant, and more behind it. */
async function heldQueue(more = 3): Promise<Queue> {
  const queue = openQueue();
  await queue.enqueue({ actionId: 'first' });
  const claimed = await queue.claimOne();
  for (let n = 0; n < more; n += 1) await queue.enqueue({ actionId: `behind-${n}` });
  expect(await queue.settle(claimed, throttled(forAnHour))).toBe('ok');
  return queue;
}

it('a throttled tenant is not served in any tier, and the others are', async () => {
  const queue = await heldQueue();
  await queue.enqueue({ tenantTier: 'enterprise' });
  await queue.enqueue({ tenantId: 'other' });
  expect(tenantsOf(await queue.claim(10))).toEqual(['other']);
  expect(await audit(queue.stored)).toEqual([]);
});

it('claims spend no turns on a throttled tenant, however much it has waiting', async () => {
  const queue = await heldQueue(0);
  const many = Array.from({ length: 1_000 }, (_, n) => `waits-${n}`);
  for (const actionId of many) void queue.enqueue({ actionId });
  await queue.enqueue({ tenantId: 'other', actionId: 'runs' });
  expect(idsOf(await queue.claim(5))).toEqual(['runs']);
});

it('returns to an idle worker when the hold ends, and the tick of that time lifts it', async () => {
  const queue = await heldQueue();
  const { dueInMs = 0 } = await queue.brokerOf().claim({ slots: 10 });
  expect(dueInMs).toBeGreaterThan(HOUR_MS - 60_000);
  expect(dueInMs).toBeLessThanOrEqual(HOUR_MS);
  await passHolds(queue);
  expect(idsOf(await queue.claim(10))).toEqual(['behind-0', 'behind-1', 'behind-2']);
  expect(await queue.stored.hash('held')).toEqual({});
  expect(await queue.stored.hash('state')).not.toHaveProperty('lift');
  expect(await audit(queue.stored)).toEqual([]);
});

it('wakes an idle worker for suspects of a tenant whose hold ends', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  await queue.enqueue();
  await queue.claimOne();
  await queue.loseLeases();
  await queue.enqueue({ actionId: 'limited', tenantTier: 'enterprise' });
  const [limited] = (await queue.brokerOf().claim({ slots: 1, acceptSuspect: false })).claimed;
  await queue.settle(limited!, throttled(forAnHour));
  expect(await queue.claim(5)).toEqual([]);
  await queue.stored.client.del(queue.stored.key('wake'));
  await passHolds(queue);
  await queue.brokerOf().claim({ slots: 0 });
  expect(await queue.stored.client.llen(queue.stored.key('wake'))).toBe(1);
});

it('is the reason why an action of the tenant waits, until when', async () => {
  const queue = await heldQueue(1);
  const [until = 0] = (await queue.stored.scores(queue.stored.key('holds'))).values();
  const ref = { domain: 'embedding', actionId: 'behind-0' };
  const reason = { kind: 'held', until: new Date(until).toISOString() };
  const { reasons, text } = await queue.queues.explain(ref);
  expect(reasons).toContainEqual(reason);
  expect(text).toContain(`holds the tenant until ${reason.until}`);
  const { heldBy } = await queue.queues.tenantStats('embedding', 'acme');
  expect(heldBy).toEqual(['throttling']);
});

it('a later hold does not shorten an earlier one', async () => {
  const queue = openQueue();
  await queue.enqueue();
  await queue.enqueue();
  const [first, second] = await queue.claim(2);
  await queue.settle(first!, throttled(forAnHour));
  const { stored } = queue;
  const [before] = (await stored.scores(stored.key('holds'))).values();
  await queue.settle(second!, throttled({ of: 'tenant', forMs: 1_000 }));
  expect(await stored.scores(stored.key('holds'))).toEqual(new Map([['acme', before]]));
  expect((await stored.hash('state'))['lift']).toBe(String(before));
});

it('an operator who resumes the tenant ends its hold, and a pause survives the end of a hold', async () => {
  const queue = await heldQueue(1);
  const acme = { domain: 'embedding', tenantId: 'acme' };
  await queue.queues.pause(acme);
  await passHolds(queue);
  expect(await queue.claim(5)).toEqual([]);
  expect(await queue.stored.hash('held')).toEqual({ acme: 'p' });
  await queue.queues.resume(acme);
  const [next] = await queue.claim(1);
  await queue.settle(next!, throttled(forAnHour));
  await queue.enqueue({ actionId: 'again' });
  expect(await queue.claim(5)).toEqual([]);
  await queue.queues.resume(acme);
  expect(idsOf(await queue.claim(5))).toContain('again');
  expect(await queue.stored.scores(queue.stored.key('holds'))).toEqual(new Map());
});

it('an action that dies of a limit holds the others, too', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const claimed = await queue.claimOne();
  await queue.enqueue();
  await queue.settle(claimed, { status: 'dead', error: failure, hold: forAnHour });
  expect(await queue.claim(5)).toEqual([]);
  expect(await queue.stored.hash('held')).toEqual({ acme: 't' });
  expect(await audit(queue.stored)).toEqual([]);
});

it('a worker that lost its lease holds nothing', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const claimed = await queue.claimOne();
  await queue.loseLeases();
  expect(await queue.settle(claimed, throttled(forAnHour))).toBe('lost');
  expect(await queue.stored.hash('held')).toEqual({});
  expect(await queue.claim(5)).toHaveLength(1);
});

it('returns to every worker the keys that are held with its claims, and nothing once they are free', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const claimed = await queue.claimOne();
  const key = 'openai/gpt-4o';
  await queue.settle(claimed, throttled({ of: 'key', key, forMs: HOUR_MS }));
  await queue.enqueue({ tenantId: 'other' });
  const { claimed: taken, heldKeys = [] } = await queue.brokerOf().claim({ slots: 5 });
  expect(tenantsOf(taken)).toEqual(['other']);
  expect(heldKeys).toEqual([{ key, forMs: expect.any(Number) as number }]);
  expect(heldKeys[0]?.forMs).toBeGreaterThan(HOUR_MS - 60_000);
  const { stored } = queue;
  const state = stored.key('state');
  const past = (await stored.hash('state'))['throttles']?.replace(/^\d+/, '1') ?? '';
  await stored.client.hset(state, { throttles: past, throttled: '1' });
  expect(await queue.brokerOf().claim({ slots: 5 })).not.toHaveProperty('heldKeys');
});

it('remembers at most 100 keys, those that are held longest', async () => {
  const queue = openQueue();
  for (let n = 0; n < 105; n += 1) {
    await queue.enqueue();
    const hold = { of: 'key', key: `model-${n}`, forMs: HOUR_MS + n * 1_000 } as const;
    await queue.settle(await queue.claimOne(), throttled(hold));
  }
  const { heldKeys = [] } = await queue.brokerOf().claim({ slots: 0 });
  expect(heldKeys).toHaveLength(100);
  expect(heldKeys.at(0)?.key).toBe('model-5');
});

it.each(['', 'two words', 'a\nb', '{x}', 'é', 'x'.repeat(129)])(
  'refuses %j as a throttle key, and settles nothing',
  async (key) => {
    const queue = openQueue();
    const { actionId } = await queue.enqueue();
    const hold = { of: 'key', key, forMs: 1 } as const;
    const answer = await queue.settle(await queue.claimOne(), throttled(hold));
    expect(answer).toMatchObject({ refused: { code: 'INVALID_ACTION' } });
    expect(await queue.stateOf(actionId)).toBe('active');
  },
);
