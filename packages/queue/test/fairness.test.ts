import type { TierPolicy, Tier } from '@nooble/models';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClaimedAction } from '../src/broker.ts';
import type { TenantEntry } from '../src/admission/directory.ts';
import type { EnqueueTerms } from '../src/admission/enqueue-options.ts';
import { audit } from './audit.ts';
import { actionOf, idsOf, NO_LIMITS, openQueue, tenantsOf, type Queue } from './fixture.ts';

interface Backlog {
  readonly tenantId: string;
  readonly count: number;
  readonly tier?: Tier;
  readonly options?: Omit<EnqueueTerms, 'idempotencyKey'>;
}

/** Enqueues a backlog of a tenant; returns the ids. */
async function fill({ queues }: Queue, backlog: Backlog): Promise<string[]> {
  const { tenantId, count, tier = 'professional', options } = backlog;
  const actions = Array.from({ length: count }, () => actionOf({ tenantId, tenantTier: tier }));
  await queues.enqueueMany(actions, options);
  return actions.map(({ actionId }) => actionId);
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const tiersOf = (claimed: readonly ClaimedAction[]): Tier[] =>
  claimed.map(({ lease }) => lease.tier);

function policies(policy: Partial<TierPolicy>) {
  const each = { ...NO_LIMITS.free, ...policy };
  return { tiers: { enterprise: each, professional: each, advance: each, free: each } };
}

function weighing(weights: Readonly<Record<string, number>>) {
  const resolve = (tenantId: string): TenantEntry => ({
    tier: 'professional',
    weight: weights[tenantId] ?? 1,
  });
  return { directory: { resolve } };
}

it('serves the actions of one tenant in the order of their arrival', async () => {
  const queue = openQueue();
  const ids = await fill(queue, { tenantId: 'acme', count: 150 });
  const served = [...(await queue.claim(70)), ...(await queue.claim(100))];
  expect(idsOf(served)).toEqual(ids);
});

it('serves tenants in turn, whether asked for many at a time or for one', async () => {
  for (const slots of [1, 4, 12]) {
    const queue = openQueue();
    for (const tenantId of ['a', 'b', 'c']) await fill(queue, { tenantId, count: 20 });
    const served: string[] = [];
    while (served.length < 24) served.push(...tenantsOf(await queue.claim(slots)));
    expect(tally(served)).toEqual({ a: 8, b: 8, c: 8 });
  }
});

it('does not let a tenant with 1000 actions delay one with a single action', async () => {
  const queue = openQueue();
  await fill(queue, { tenantId: 'heavy', count: 1_000 });
  await queue.claim(50);
  await fill(queue, { tenantId: 'light', count: 1 });
  expect(tenantsOf(await queue.claim(2))).toContain('light');
});

it('serves on when more tenants reach their cap than one call can write', async () => {
  const { queues, claim } = openQueue({ tiers: { professional: { maxActive: 1 } } });
  const tenants = Array.from({ length: 1_200 }, (_, index) => `tenant-${index}`);
  for (let round = 0; round < 2; round += 1) {
    await queues.enqueueMany(tenants.map((tenantId) => actionOf({ tenantId })));
  }
  const first = [];
  while (first.length < tenants.length) first.push(...(await claim(400)));
  await queues.enqueueMany([actionOf({ tenantId: 'late' })]);
  const more = [];
  for (let call = 0; call < 5; call += 1) more.push(...(await claim(10)));
  expect(tenantsOf(more)).toEqual(['late']);
});

it('does not serve a newcomer forever because it enters below the others', async () => {
  const queue = openQueue();
  for (const tenantId of ['a', 'b']) await fill(queue, { tenantId, count: 100 });
  await queue.claim(120);
  await fill(queue, { tenantId: 'newcomer', count: 50 });
  const counts = tally(tenantsOf(await queue.claim(30)));
  expect(counts['newcomer']).toBeLessThanOrEqual(11);
  expect(counts['newcomer']).toBeGreaterThanOrEqual(10);
});

it('does not let a tenant in a closed loop enter again at each turn and take every service', async () => {
  const queue = openQueue();
  await fill(queue, { tenantId: 'steady', count: 100 });
  const served: string[] = [];
  while (served.length < 60) {
    if (served.at(-1) !== 'steady') await fill(queue, { tenantId: 'loop', count: 1 });
    served.push(...tenantsOf(await queue.claim(1)));
  }
  expect(tally(served)).toEqual({ loop: 30, steady: 30 });
});

it('gives a drained tenant that comes back no credit for its absence', async () => {
  const queue = openQueue();
  await fill(queue, { tenantId: 'steady', count: 200 });
  await fill(queue, { tenantId: 'drained', count: 1 });
  await queue.claim(100);
  await fill(queue, { tenantId: 'drained', count: 50 });
  const counts = tally(tenantsOf(await queue.claim(20)));
  expect(counts['drained']).toBeLessThanOrEqual(11);
  expect(counts['steady']).toBeGreaterThanOrEqual(9);
});

it('remembers what a tenant used after it was drained, paused or capped', async () => {
  const queue = openQueue(policies({ maxActive: 5 }));
  for (const tenantId of ['a', 'b']) await fill(queue, { tenantId, count: 5 });
  const first = (await queue.claim(6)).filter(({ lease }) => lease.tenantId === 'a');
  await fill(queue, { tenantId: 'a', count: 5 });
  await queue.queues.pause({ domain: 'embedding', tenantId: 'a' });
  await queue.queues.resume({ domain: 'embedding', tenantId: 'a' });
  for (const claimed of first) await queue.settle(claimed, { status: 'done' });
  expect(tally(tenantsOf(await queue.claim(4)))).toEqual({ a: 2, b: 2 });
});

it('finds a tenant that may be served behind any number of capped ones', async () => {
  const queue = openQueue(policies({ maxActive: 1 }));
  const crowd = Array.from({ length: 300 }, (_, n) => `capped-${n}`);
  for (const round of [1, 2]) {
    await queue.queues.enqueueMany(crowd.map((tenantId) => actionOf({ tenantId })));
    if (round === 1) expect(await queue.claim(300)).toHaveLength(300);
  }
  await fill(queue, { tenantId: 'other', count: 1 });
  expect(tenantsOf(await queue.claim(1))).toEqual(['other']);
  expect(await audit(queue.stored)).toEqual([]);
});

it('finds a suspect that may run behind any number of suspects of a paused tenant', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  const paused = { domain: 'embedding', tenantId: 'paused' };
  for (const backlog of [
    { tenantId: 'paused', count: 25 },
    { tenantId: 'other', count: 1 },
  ]) {
    await fill(queue, backlog);
    await queue.brokerOf().claim({ slots: backlog.count, acceptSuspect: false });
    await queue.loseLeases();
  }
  await queue.queues.pause(paused);
  const found: string[] = [];
  for (let look = 0; look < 5; look += 1) found.push(...tenantsOf(await queue.claim(5)));
  expect(found).toEqual(['other']);
  await queue.queues.resume(paused);
  for (let look = 0; look < 25; look += 1) found.push(...tenantsOf(await queue.claim(5)));
  expect(tally(found)).toEqual({ other: 1, paused: 25 });
  expect(await audit(queue.stored)).toEqual([]);
});

it('keeps parked small while tenants with one action each come and go', async () => {
  const queue = openQueue();
  await fill(queue, { tenantId: 'steady', count: 400 });
  for (let round = 0; round < 60; round += 1) {
    const crowd = Array.from({ length: 5 }, (_, n) => actionOf({ tenantId: `once-${round}-${n}` }));
    await queue.queues.enqueueMany(crowd);
    await queue.claim(6);
  }
  const parked = await queue.stored.scores(queue.stored.tierKey('parked', 'professional'));
  expect(parked.size).toBeLessThanOrEqual(12);
});

it('forgets parked tags when the index of a tier falls empty', async () => {
  const queue = openQueue();
  for (let n = 0; n < 40; n += 1) await fill(queue, { tenantId: `t${n}`, count: 1 });
  await queue.claim(100);
  expect(await queue.stored.scores(queue.stored.tierKey('parked', 'professional'))).toEqual(
    new Map(),
  );
});

it('frees one slot of a capped tenant per ended action, even if it is settled twice', async () => {
  const queue = openQueue(policies({ maxActive: 2 }));
  await fill(queue, { tenantId: 'acme', count: 6 });
  const [first] = await queue.claim(6);
  for (const expected of ['ok', 'already', 'already']) {
    expect(first && (await queue.settle(first, { status: 'done' }))).toBe(expected);
  }
  expect(await queue.claim(6)).toHaveLength(1);
  expect(await queue.stored.hash('inflight')).toEqual({ acme: '2' });
});

it('does not leak the slot of a capped tenant when a worker dies and settles too late', async () => {
  const queue = openQueue(policies({ maxActive: 1 }));
  await fill(queue, { tenantId: 'acme', count: 3 });
  const claimed = await queue.claimOne();
  await queue.loseLeases();
  expect(await queue.settle(claimed, { status: 'done' })).toBe('lost');
  for (let n = 0; n < 3; n += 1) {
    expect(await queue.settle(await queue.claimOne(), { status: 'done' })).toBe('ok');
  }
  expect(await queue.stored.hash('inflight')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
});

it('serves a tenant that was paused and capped at once only when it is neither', async () => {
  const acme = { domain: 'embedding', tenantId: 'acme' };
  const queue = openQueue(policies({ maxActive: 1 }));
  await fill(queue, { tenantId: 'acme', count: 4 });
  const first = await queue.claimOne();
  expect(await queue.claim(1)).toEqual([]);
  await queue.queues.pause(acme);
  await queue.settle(first, { status: 'done' });
  expect(await queue.claim(1)).toEqual([]);
  await queue.queues.resume(acme);
  const second = await queue.claimOne();
  expect(await queue.claim(1)).toEqual([]);
  await queue.queues.pause(acme);
  await queue.queues.resume(acme);
  expect(await queue.claim(1)).toEqual([]);
  await queue.settle(second, { status: 'done' });
  expect(await queue.claim(1)).toHaveLength(1);
  expect(await audit(queue.stored)).toEqual([]);
});

it('caps a tenant across its tiers', async () => {
  const queue = openQueue(policies({ maxActive: 3 }));
  for (const tier of ['enterprise', 'advance', 'free'] as const) {
    await fill(queue, { tenantId: 'acme', count: 2, tier });
  }
  const claimed = await queue.claim(10);
  expect(tiersOf(claimed)).toEqual(['enterprise', 'enterprise', 'advance']);
  expect(claimed[0] && (await queue.settle(claimed[0], { status: 'done' }))).toBe('ok');
  expect(tiersOf(await queue.claim(10))).toEqual(['advance']);
  expect(await audit(queue.stored)).toEqual([]);
});

it('serves the tiers in strict order, and every 16th service to the one that waits longest', async () => {
  const queue = openQueue();
  for (const tier of ['free', 'advance', 'professional', 'enterprise'] as const) {
    await fill(queue, { tenantId: tier, count: 60, tier });
  }
  const served = [...tiersOf(await queue.claim(20)), ...tiersOf(await queue.claim(28))];
  const others = served.flatMap((tier, at) => (tier === 'enterprise' ? [] : [[at + 1, tier]]));
  expect(others).toEqual([
    [16, 'free'],
    [32, 'advance'],
    [48, 'professional'],
  ]);
});

it('serves a single low action within 16 services of a saturated enterprise', async () => {
  const queue = openQueue();
  await fill(queue, { tenantId: 'big', count: 100, tier: 'enterprise' });
  await queue.claim(20);
  await fill(queue, { tenantId: 'small', count: 1, tier: 'free' });
  expect(tenantsOf(await queue.claim(16))).toContain('small');
});

it('serves a lower tier only when the higher ones are empty with a floor of 0', async () => {
  const queue = openQueue({ worker: { floor: 0 } });
  await fill(queue, { tenantId: 'small', count: 2, tier: 'free' });
  await fill(queue, { tenantId: 'big', count: 50, tier: 'enterprise' });
  const served = tiersOf(await queue.claim(60));
  expect(served.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'enterprise'));
  expect(served.slice(50)).toEqual(['free', 'free']);
});

it.each([1, 50])(
  'shares 8 : 4 : 2 : 1 among the tiers in weighted mode, %i at a time',
  async (slots) => {
    const queue = openQueue({ worker: { mode: 'weighted' } });
    for (const tier of ['free', 'advance', 'professional', 'enterprise'] as const) {
      await fill(queue, { tenantId: 'acme', count: 100, tier });
    }
    const served: Tier[] = [];
    const broker = queue.brokerOf();
    while (served.length < 150) served.push(...tiersOf((await broker.claim({ slots })).claimed));
    const counts = tally(served);
    for (const [tier, share] of [
      ['enterprise', 80],
      ['professional', 40],
      ['advance', 20],
      ['free', 10],
    ] as const) {
      expect(Math.abs((counts[tier] ?? 0) - share)).toBeLessThanOrEqual(1);
    }
  },
);

it('gives a tier no credit for the time it was empty in weighted mode', async () => {
  const queue = openQueue({ worker: { mode: 'weighted' } });
  await fill(queue, { tenantId: 'acme', count: 300, tier: 'enterprise' });
  await queue.claim(160);
  await fill(queue, { tenantId: 'acme', count: 100, tier: 'free' });
  expect(tally(tiersOf(await queue.claim(36)))['free']).toBeLessThanOrEqual(5);
});

it('shares among tenants by their weights', async () => {
  const queue = openQueue(weighing({ heavy: 3, light: 1 }));
  for (const tenantId of ['heavy', 'light']) await fill(queue, { tenantId, count: 60 });
  const counts = tally(tenantsOf(await queue.claim(40)));
  expect(Math.abs((counts['heavy'] ?? 0) - 30)).toBeLessThanOrEqual(1);
});

it('charges an action its cost', async () => {
  const queue = openQueue();
  await fill(queue, { tenantId: 'costly', count: 60, options: { cost: 3 } });
  await fill(queue, { tenantId: 'cheap', count: 60 });
  const counts = tally(tenantsOf(await queue.claim(40)));
  expect(Math.abs((counts['cheap'] ?? 0) - 30)).toBeLessThanOrEqual(1);
});

it('gives the cost of a released action back, and the action to the head of its queue', async () => {
  const queue = openQueue();
  const [first] = await fill(queue, { tenantId: 'a', count: 3, options: { cost: 1_000 } });
  await fill(queue, { tenantId: 'b', count: 50 });
  const broker = queue.brokerOf();
  const { claimed } = await broker.claim({ slots: 4 });
  expect(tenantsOf(claimed)).toEqual(['a', 'b', 'b', 'b']);
  await broker.release(claimed.filter(({ lease }) => lease.tenantId === 'a'));
  expect(idsOf(await queue.claim(2))).toContain(first);
  expect(await audit(queue.stored)).toEqual([]);
});

it('puts released actions back in their order', async () => {
  const queue = openQueue();
  const ids = await fill(queue, { tenantId: 'a', count: 6 });
  const broker = queue.brokerOf();
  const { claimed } = await broker.claim({ slots: 4 });
  await broker.release(claimed);
  expect(idsOf(await queue.claim(10))).toEqual(ids);
});

it('gives no cost back for a suspect, which paid none', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  await fill(queue, { tenantId: 'a', count: 10, options: { cost: 5 } });
  await fill(queue, { tenantId: 'b', count: 20 });
  for (const claimed of await queue.claim(6)) {
    if (claimed.lease.tenantId === 'b') await queue.settle(claimed, { status: 'done' });
  }
  await queue.loseLeases();
  const before = await queue.stored.ready('professional');
  const suspect = await queue.claimOne();
  expect(suspect).toMatchObject({ suspect: true, lease: { tenantId: 'a' } });
  await queue.brokerOf().release([suspect]);
  expect(await queue.stored.ready('professional')).toEqual(before);
});

it('hands out everything that may be served, as many as there are slots', async () => {
  const queue = openQueue(policies({ maxActive: 2 }));
  for (let n = 0; n < 30; n += 1) {
    await fill(queue, { tenantId: `t${n}`, count: 3, tier: n % 2 ? 'free' : 'advance' });
  }
  expect(await queue.claim(35)).toHaveLength(35);
  expect(await queue.claim(100)).toHaveLength(25);
  expect(await queue.claim(100)).toHaveLength(0);
});

it('starts the head action of a tenant after at most two services of each other tenant', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const steps = fc.array(
    fc.oneof(
      fc.record({ tenantId: fc.constantFrom(...names), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ slots: fc.integer({ min: 1, max: 4 }) }),
    ),
    { minLength: 10, maxLength: 40 },
  );
  const property = fc.asyncProperty(steps, async (commands) => {
    const queue = openQueue();
    const waiting = new Map<string, number>();
    /** Turns of each other tenant since the head action of this tenant reached the head. */
    const overtaken = new Map(names.map((name) => [name, new Map<string, number>()]));
    const serve = (tenantId: string): void => {
      waiting.set(tenantId, (waiting.get(tenantId) ?? 0) - 1);
      overtaken.get(tenantId)?.clear();
      for (const [other, seen] of overtaken) {
        if (other === tenantId || !waiting.get(other)) continue;
        seen.set(tenantId, (seen.get(tenantId) ?? 0) + 1);
        expect(seen.get(tenantId)).toBeLessThanOrEqual(2);
      }
    };
    for (const command of commands) {
      if ('slots' in command) tenantsOf(await queue.claim(command.slots)).forEach(serve);
      else {
        await fill(queue, command);
        waiting.set(command.tenantId, (waiting.get(command.tenantId) ?? 0) + command.count);
      }
    }
  });
  await fc.assert(property, { numRuns: 40 });
});
