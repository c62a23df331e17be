import { expect, it } from 'vitest';
import type { TenantEntry } from '../src/admission/directory.ts';
import { audit } from './audit.ts';
import { actionOf, idsOf, openQueue } from './fixture.ts';

/** A queue whose directory returns the current value of `entry` for every tenant. */
function openChanging(entry: { now: TenantEntry }) {
  return openQueue({ directory: { resolve: () => entry.now } });
}

const capped = (maxActive: number | null, tier: TenantEntry['tier'] = 'professional') => ({
  tier,
  limits: { maxActive, perMinute: null, perDay: null },
});

it.each([
  ['a higher cap', capped(10)],
  ['no cap', capped(null)],
])('serves what waits for a tenant at its cap as soon as an admission brings %s', async (_, to) => {
  const entry = { now: capped(1) };
  const queue = openChanging(entry);
  const wake = queue.stored.key('wake');
  await queue.enqueue();
  await queue.claimOne();
  const second = await queue.enqueue();
  expect(await queue.claim(5)).toEqual([]);
  await queue.stored.client.del(wake);
  entry.now = to;
  const third = await queue.enqueue();
  expect(await queue.stored.client.llen(wake)).toBe(1);
  expect(await queue.stored.hash('held')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
  expect(idsOf(await queue.claim(5))).toEqual([second.actionId, third.actionId]);
});

it('serves the other tiers of a tenant whose cap is raised, too', async () => {
  const entry = { now: capped(1) };
  const queue = openChanging(entry);
  await queue.enqueue();
  await queue.claimOne();
  const waiting = await queue.enqueue();
  await queue.claim(5);
  entry.now = capped(3, 'enterprise');
  const urgent = await queue.enqueue({ tenantTier: 'enterprise' });
  expect(idsOf(await queue.claim(5))).toEqual([urgent.actionId, waiting.actionId]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('holds a tenant that runs as many as its higher cap permits', async () => {
  const entry = { now: capped(2) };
  const queue = openChanging(entry);
  for (let n = 0; n < 3; n += 1) await queue.enqueue();
  await queue.claim(5);
  entry.now = capped(1);
  await queue.enqueue();
  expect(await queue.stored.hash('held')).toEqual({ acme: 'c' });
  entry.now = capped(3);
  await queue.enqueue();
  expect(await queue.claim(5)).toHaveLength(1);
  expect(await audit(queue.stored)).toEqual([]);
});

it('keeps a tenant paused whose cap is raised', async () => {
  const entry = { now: capped(1) };
  const queue = openChanging(entry);
  for (let n = 0; n < 2; n += 1) await queue.enqueue();
  await queue.claim(5);
  await queue.queues.pause({ domain: 'embedding', tenantId: 'acme' });
  entry.now = capped(5);
  await queue.enqueue();
  expect(await queue.stored.hash('held')).toEqual({ acme: 'p' });
  expect(await queue.claim(5)).toEqual([]);
  await queue.queues.resume({ domain: 'embedding', tenantId: 'acme' });
  expect(await queue.claim(5)).toHaveLength(2);
});

it('changes no cap by an admission that is refused', async () => {
  const entry: { now: TenantEntry } = { now: capped(1) };
  const queue = openChanging(entry);
  for (let n = 0; n < 2; n += 1) await queue.enqueue();
  await queue.claim(5);
  entry.now = { tier: 'professional', limits: { maxActive: 5, maxDepth: 1 } };
  const before = await queue.stored.dump();
  await expect(queue.enqueue()).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  expect(await queue.stored.dump()).toEqual(before);
});

it('never runs more than the cap, however many workers claim at once', async () => {
  const queue = openChanging({ now: capped(7) });
  await queue.queues.enqueueMany(Array.from({ length: 100 }, () => actionOf()));
  const claims = await Promise.all(Array.from({ length: 12 }, async () => queue.claim(10)));
  expect(claims.flat()).toHaveLength(7);
  expect(await audit(queue.stored)).toEqual([]);
});
