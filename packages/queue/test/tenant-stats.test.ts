import { expect, it } from 'vitest';
import { actionOf, failure, NO_LIMITS, openQueue } from './fixture.ts';

const LIMITS = { perMinute: 10, perDay: 20, maxDepth: 30, maxActive: 2 } as const;

it('shows what a tenant has, what it used of its limits, and what holds it', async () => {
  const queue = openQueue({ tiers: { professional: LIMITS } });
  for (let n = 0; n < 5; n += 1) await queue.enqueue();
  await queue.enqueue({}, { delayMs: 60_000 });
  const [one, other] = await queue.claim(2);
  if (!one || !other) throw new Error('Two were claimed');
  await queue.settle(one, { status: 'dead', error: failure });
  await queue.claim(2);
  await queue.enqueue({ tenantId: 'other' });
  expect(await queue.queues.tenantStats('embedding', 'acme')).toEqual({
    domain: 'embedding',
    tenantId: 'acme',
    waiting: 2,
    blocked: 0,
    active: 2,
    delayed: 1,
    dead: 1,
    cap: 2,
    weight: 1,
    heldBy: ['cap'],
    domainPaused: false,
    minute: { used: 6, booked: 0, limit: 10 },
    day: { used: 6, limit: 20 },
    maxDepth: 30,
    share: { tier: 'professional', ofTier: 0.5, weight: 1, otherTenants: 1 },
  });
});

it('shows nothing of the limits of a tenant whose tier is not known, unless it is given', async () => {
  const queue = openQueue({ tiers: { professional: LIMITS } });
  const idle = {
    domain: 'embedding',
    tenantId: 'nobody',
    waiting: 0,
    blocked: 0,
    active: 0,
    delayed: 0,
    dead: 0,
    cap: null,
    weight: 1,
    heldBy: [],
    domainPaused: false,
    minute: { used: 0, booked: 0 },
    day: { used: 0 },
  };
  const { tenantStats } = queue.queues;
  expect(await tenantStats('embedding', 'nobody')).toEqual(idle);
  expect(await tenantStats('embedding', 'nobody', { tier: 'professional' })).toEqual({
    ...idle,
    cap: 2,
    minute: { used: 0, booked: 0, limit: 10 },
    day: { used: 0, limit: 20 },
    maxDepth: 30,
  });
});

it('takes tier, weight and limits of a tenant from the directory', async () => {
  const entry = { tier: 'free', weight: 4, limits: { perMinute: 7, maxActive: null } } as const;
  const directory = {
    resolve: (tenantId: string) => (tenantId === 'acme' ? entry : undefined),
  };
  const queue = openQueue({ directory, tiers: { free: LIMITS } });
  expect(await queue.queues.tenantStats('embedding', 'acme')).toMatchObject({
    cap: null,
    weight: 4,
    minute: { limit: 7 },
    day: { limit: 20 },
  });
  expect(await queue.queues.tenantStats('embedding', 'nobody')).not.toHaveProperty('maxDepth');
});

it('counts the admissions of the last minute, and the slots booked for later', async () => {
  const tiers = { professional: { perMinute: 2, onLimit: 'delay' as const } };
  const queue = openQueue({ tiers });
  for (let n = 0; n < 5; n += 1) await queue.enqueue();
  const minute = async () => (await queue.queues.tenantStats('embedding', 'acme')).minute;
  expect(await minute()).toEqual({ used: 2, booked: 3, limit: 2 });
  await queue.stored.ageAdmissions('acme', 60_500);
  expect(await minute()).toEqual({ used: 2, booked: 1, limit: 2 });
});

it('says what holds a tenant, and that its domain is paused', async () => {
  const queue = openQueue({ tiers: NO_LIMITS });
  await queue.enqueue();
  const held = async () => {
    const { heldBy, domainPaused } = await queue.queues.tenantStats('embedding', 'acme');
    return [heldBy, domainPaused];
  };
  await queue.queues.pause({ domain: 'embedding', tenantId: 'acme' });
  expect(await held()).toEqual([['pause'], false]);
  await queue.queues.pause({ domain: 'embedding', tenantId: 'acme' }, { admission: true });
  await queue.queues.pause('embedding');
  expect(await held()).toEqual([['pause', 'suspension'], 'serving']);
});

it('counts a cancelled action as waiting until a claim meets it, and never below zero', async () => {
  const queue = openQueue();
  const receipts = [await queue.enqueue(), await queue.enqueue({}, { delayMs: 60_000 })] as const;
  await queue.queues.cancel(receipts[0]);
  const counts = async () => {
    const { waiting, delayed } = await queue.queues.tenantStats('embedding', 'acme');
    return { waiting, delayed };
  };
  expect(await counts()).toEqual({ waiting: 1, delayed: 0 });
  await queue.claim(1);
  expect(await counts()).toEqual({ waiting: 0, delayed: 1 });
});

it('shows a manager that acts for one tenant no other', async () => {
  const queue = openQueue();
  await queue.enqueue({ tenantId: 'victim' });
  const inHandler = queue.queues.within(actionOf({ tenantId: 'attacker' }));
  const refused = { code: 'TENANT_MISMATCH' };
  await expect(inHandler.tenantStats('embedding', 'victim')).rejects.toMatchObject(refused);
  const list = { domain: 'embedding', tenantId: 'victim', state: 'waiting' } as const;
  await expect(inHandler.list(list)).rejects.toMatchObject(refused);
  expect(await inHandler.tenantStats('embedding', 'attacker')).toMatchObject({ waiting: 0 });
});

it('refuses names and options that are not valid', async () => {
  const { tenantStats } = openQueue().queues;
  const invalid = { code: 'INVALID_ACTION' };
  await expect(tenantStats('a}b', 'acme')).rejects.toMatchObject(invalid);
  await expect(tenantStats('embedding', 'a b')).rejects.toMatchObject(invalid);
  const tier = 'gold' as 'free';
  await expect(tenantStats('embedding', 'acme', { tier })).rejects.toThrow(RangeError);
});
