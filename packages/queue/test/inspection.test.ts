import { expect, it } from 'vitest';
import { audit } from './audit.ts';
import { actionOf, failure, idsOf, NO_LIMITS, openQueue } from './fixture.ts';

const done = { status: 'done', result: { length: 5 } } as const;
const retry = { status: 'retry', delayMs: 60_000, error: failure } as const;
const PAST = '2026-01-01T00:00:00.000Z';

it('shows an action in every state it passes through', async () => {
  const queue = openQueue();
  const action = actionOf();
  const receipt = await queue.queues.enqueue(action, { delayMs: 60_000 });
  const look = async () => queue.queues.get(receipt);
  expect(await look()).toEqual({
    domain: 'embedding',
    actionId: action.actionId,
    tenantId: 'acme',
    state: 'delayed',
    action,
    at: receipt.notBefore,
    failures: 0,
    stalls: 0,
  });
  await queue.stored.hasten('delayed', 3_600_000);
  await queue.brokerOf().claim({ slots: 0 });
  expect(await look()).toMatchObject({ state: 'waiting', action, failures: 0 });
  expect(await look()).not.toHaveProperty('at');
  const claimed = await queue.claimOne();
  const deadline = (await queue.stored.scores(queue.stored.key('active'))).get(action.actionId);
  expect(await look()).toMatchObject({
    state: 'active',
    action,
    at: new Date(deadline ?? 0).toISOString(),
  });
  await queue.settle(claimed, retry);
  expect(await look()).toMatchObject({ state: 'delayed', failures: 1 });
});

it('knows nothing of an action that ended, unless it asked to be kept', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue();
  await queue.settle(await queue.claimOne(), done);
  expect(await queue.queues.get(receipt)).toBeUndefined();
  expect(await queue.queues.cancel(receipt)).toBe('unknown');
  expect(await queue.queues.get({ domain: 'embedding', actionId: 'never-seen' })).toBeUndefined();
});

it('keeps the result of an action as long as it asked', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue({}, { retainMs: 60_000 });
  await queue.settle(await queue.claimOne(), done);
  expect(await queue.queues.get(receipt)).toEqual({
    domain: 'embedding',
    actionId: receipt.actionId,
    tenantId: 'acme',
    state: 'done',
    failures: 0,
    stalls: 0,
    result: { length: 5 },
  });
  expect(await queue.queues.cancel(receipt)).toBe('done');
  const ttl = await queue.stored.client.pttl(queue.stored.key('kept', receipt.actionId));
  expect(ttl).toBeGreaterThan(0);
  expect(ttl).toBeLessThanOrEqual(60_000);
});

it('keeps that an action without a result is done', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue({}, { retainMs: 60_000 });
  await queue.settle(await queue.claimOne(), { status: 'done' });
  expect(await queue.queues.get(receipt)).toMatchObject({ state: 'done', result: null });
});

it('keeps the error of a dead action beyond its letter', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue({}, { retainMs: 60_000 });
  await queue.settle(await queue.claimOne(), { status: 'dead', error: failure });
  expect(await queue.queues.get(receipt)).toMatchObject({ state: 'dead', error: failure });
  await queue.queues.deadLetters('embedding').discard({ all: true });
  expect(await queue.queues.get(receipt)).toMatchObject({ state: 'dead', error: failure });
});

it('keeps that an action stalled too often beyond its letter', async () => {
  const queue = openQueue({ worker: { maxStalls: 0 } });
  const receipt = await queue.enqueue({}, { retainMs: 60_000 });
  await queue.claimOne();
  await queue.loseLeases();
  await queue.queues.deadLetters('embedding').discard({ all: true });
  expect(await queue.queues.get(receipt)).toMatchObject({
    state: 'dead',
    error: { code: 'STALLED' },
  });
});

it('keeps that an action expired or was cancelled', async () => {
  const queue = openQueue();
  const expired = await queue.enqueue({ expiresAt: PAST }, { retainMs: 60_000 });
  await queue.claim(1);
  expect(await queue.queues.get(expired)).toMatchObject({ state: 'expired' });
  expect(await queue.queues.cancel(expired)).toBe('expired');
  const cancelled = await queue.enqueue({}, { retainMs: 60_000 });
  await queue.queues.cancel(cancelled);
  expect(await queue.queues.get(cancelled)).toMatchObject({ state: 'cancelled' });
  expect(await queue.queues.cancel(cancelled)).toBe('cancelled');
});

it('shows the new life of a kept action that is redriven', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue({}, { retainMs: 60_000 });
  await queue.settle(await queue.claimOne(), { status: 'dead', error: failure });
  await queue.queues.deadLetters('embedding').redrive({ all: true });
  expect(await queue.queues.get(receipt)).toMatchObject({ state: 'waiting' });
  await queue.settle(await queue.claimOne(), done);
  expect(await queue.queues.get(receipt)).toMatchObject({ state: 'done' });
});

it('cancels what waits, and drops its element when a claim meets it', async () => {
  const queue = openQueue();
  const receipts = [await queue.enqueue(), await queue.enqueue(), await queue.enqueue()] as const;
  expect(await queue.queues.cancel(receipts[1])).toBe('cancelled');
  expect(await queue.queues.get(receipts[1])).toBeUndefined();
  expect(await audit(queue.stored)).toEqual([]);
  expect(idsOf(await queue.claim(5))).toEqual([receipts[0].actionId, receipts[2].actionId]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('cancels what is delayed, as it was enqueued or for a retry', async () => {
  const queue = openQueue();
  const later = await queue.enqueue({}, { delayMs: 60_000 });
  const failed = await queue.enqueue();
  await queue.settle(await queue.claimOne(), retry);
  expect(await queue.queues.cancel(later)).toBe('cancelled');
  expect(await queue.queues.cancel(failed)).toBe('cancelled');
  expect(await queue.stored.hash('run')).toEqual({});
  expect(await queue.stored.hash('depth')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
});

it('stops what runs, and does not cancel what is dead', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue();
  const claimed = await queue.claimOne();
  expect(await queue.queues.cancel(receipt)).toBe('cancelling');
  expect(await queue.settle(claimed, { status: 'cancelled' })).toBe('ok');
  const other = await queue.enqueue();
  expect(await queue.settle(await queue.claimOne(), { status: 'dead', error: failure })).toBe('ok');
  expect(await queue.queues.cancel(other)).toBe('dead');
  expect(await audit(queue.stored)).toEqual([]);
});

it('cancels a suspect', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  const receipt = await queue.enqueue();
  await queue.claimOne();
  await queue.loseLeases();
  expect(await queue.queues.cancel(receipt)).toBe('cancelled');
  expect(await queue.claim(1)).toEqual([]);
  expect(await queue.queues.stats('embedding')).toMatchObject({ suspects: 0 });
  expect(await audit(queue.stored)).toEqual([]);
});

it('takes the id of a cancelled action again, and serves it once', async () => {
  const queue = openQueue();
  const action = actionOf();
  await queue.queues.cancel(await queue.queues.enqueue(action));
  await queue.queues.enqueue(action);
  expect(idsOf(await queue.claim(5))).toEqual([action.actionId]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('never starts an action that has expired, wherever it waited', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  const expiresAt = new Date((await queue.stored.now()) + 3_600_000).toISOString();
  for (let n = 0; n < 3; n += 1) await queue.enqueue({ expiresAt });
  const suspect = await queue.claimOne();
  await queue.loseLeases();
  const [again, retried] = await queue.claim(2);
  if (!again || !retried) throw new Error('Two were claimed');
  expect(again.lease.actionId).toBe(suspect.lease.actionId);
  await queue.settle(again, { status: 'release' });
  await queue.settle(retried, { status: 'retry', delayMs: 0, error: failure });
  const actions = queue.stored.key('actions');
  for (const [id, text] of Object.entries(await queue.stored.hash('actions'))) {
    await queue.stored.client.hset(actions, id, text.replace(`${Date.parse(expiresAt)}`, '1'));
  }
  expect(await queue.claim(5)).toEqual([]);
  expect(await queue.claim(5)).toEqual([]);
  expect(await queue.stored.hash('actions')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
});

it('lets an action that started before its deadline finish after it', async () => {
  const queue = openQueue();
  const expiresAt = new Date((await queue.stored.now()) + 3_600_000).toISOString();
  const { actionId } = await queue.enqueue({ expiresAt });
  const claimed = await queue.claimOne();
  const actions = queue.stored.key('actions');
  const text = (await queue.stored.hash('actions'))[actionId] ?? '';
  await queue.stored.client.hset(actions, actionId, text.replace(`${Date.parse(expiresAt)}`, '1'));
  await queue.claim(1);
  expect(await queue.settle(claimed, done)).toBe('ok');
});

it('counts what a domain holds, tier by tier', async () => {
  const queue = openQueue();
  for (const tenantId of ['a', 'b', 'c']) {
    for (let n = 0; n < 2; n += 1) await queue.enqueue({ tenantId, tenantTier: 'free' });
  }
  await queue.enqueue({ tenantTier: 'enterprise' });
  await queue.enqueue({ tenantTier: 'enterprise' }, { delayMs: 60_000 });
  const [first, second] = await queue.claim(2);
  if (!first || !second) throw new Error('Two were claimed');
  await queue.settle(second, { status: 'dead', error: failure });
  await queue.queues.pause({ domain: 'embedding', tenantId: 'c' });
  const { tiers, ...others } = await queue.queues.stats('embedding');
  const none = { waiting: 0, active: 0, delayed: 0, dead: 0, tenantsWaiting: 0, tenantsReady: 0 };
  expect(tiers).toEqual({
    enterprise: { ...none, active: 1, delayed: 1 },
    professional: none,
    advance: none,
    free: {
      ...none,
      waiting: 5,
      dead: 1,
      tenantsWaiting: 3,
      tenantsReady: 2,
      oldestMs: expect.any(Number) as number,
    },
  });
  expect(others).toEqual({
    domain: 'embedding',
    paused: false,
    callbacksPending: 0,
    suspects: 0,
    tenantsThrottled: 0,
    throttleHolds: [],
    deadDropped: 0,
    reclaimed: 0,
    repliesLost: 0,
    clockLeadMs: 0,
  });
});

it('says whether a domain is paused, and how', async () => {
  const { queues } = openQueue();
  const paused = async () => (await queues.stats('embedding')).paused;
  await queues.pause('embedding');
  expect(await paused()).toBe('serving');
  await queues.pause('embedding', { admission: true });
  expect(await paused()).toBe('admission');
  await queues.resume('embedding');
  expect(await paused()).toBe(false);
});

it('knows the age of the oldest waiting action, exact to 10 s', async () => {
  const queue = openQueue({ tiers: NO_LIMITS });
  await queue.enqueue();
  const counts = Object.keys(await queue.stored.hash('counts'));
  const bucket = counts.find((name) => name.startsWith('b2'))?.slice(2);
  await queue.stored.client.hset(queue.stored.key('counts'), `b2${Number(bucket) - 6}`, 1);
  const { oldestMs = 0 } = (await queue.queues.stats('embedding')).tiers.professional;
  const arrived = (Number(bucket) - 6) * 10_000;
  expect(oldestMs).toBeGreaterThanOrEqual(60_000);
  expect(oldestMs).toBeLessThanOrEqual((await queue.stored.now()) + 1 - arrived);
});

it('has no age once the oldest is served, and none for what only runs', async () => {
  const queue = openQueue();
  await queue.enqueue();
  await queue.claimOne();
  expect((await queue.queues.stats('embedding')).tiers.professional).not.toHaveProperty('oldestMs');
});

it('shows no tenant how the action of another ended whose id it used again', async () => {
  const queue = openQueue();
  const [actionId, domain] = ['order-1', 'embedding'];
  const ofVictim = { domain, actionId, tenantId: 'victim' };
  await queue.enqueue({ actionId, tenantId: 'victim' }, { retainMs: 60_000 });
  await queue.settle(await queue.claimOne(), done);
  expect(await queue.queues.get({ ...ofVictim, tenantId: 'attacker' })).toBeUndefined();
  expect(await queue.queues.cancel({ ...ofVictim, tenantId: 'attacker' })).toBe('unknown');
  const receipt = await queue.enqueue({ actionId, tenantId: 'attacker' });
  await queue.settle(await queue.claimOne(), done);
  for (const ref of [receipt, { domain, actionId }, ofVictim]) {
    expect(await queue.queues.get(ref)).toBeUndefined();
  }
});

it('lets a tenant neither see nor cancel the action of another', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue({ tenantId: 'victim' });
  const asAttacker = { ...receipt, tenantId: 'attacker' };
  const inHandler = queue.queues.within(actionOf({ tenantId: 'attacker' }));
  expect(await queue.queues.get(asAttacker)).toBeUndefined();
  expect(await queue.queues.cancel(asAttacker)).toBe('unknown');
  const { domain, actionId } = receipt;
  expect(await inHandler.get({ domain, actionId })).toBeUndefined();
  expect(await inHandler.cancel({ domain, actionId })).toBe('unknown');
  expect(await queue.queues.get(receipt)).toMatchObject({ state: 'waiting', tenantId: 'victim' });
});
