import { expect, it } from 'vitest';
import { expectExplained, IDLE, kindsOf, openServed } from './explained.ts';
import { actionOf, failure, openQueue } from './fixture.ts';

const PAST = '2026-01-01T00:00:00.000Z';

it('says of an action that nothing keeps waiting that the next claim takes it', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  expect(await queue.queues.explain(receipt)).toEqual({
    domain: 'embedding',
    actionId: receipt.actionId,
    state: 'waiting',
    tenantId: 'acme',
    tier: 'professional',
    place: { ahead: 0, isMore: false },
    share: { tier: 'professional', ofTier: 1, weight: 1, otherTenants: 0 },
    reasons: [],
    text: `Action "${receipt.actionId}" of tenant "acme" in domain "embedding", tier professional, is waiting: the next claim takes it.`,
  });
});

it('counts the actions of its tenant ahead of it', async () => {
  const queue = await openServed();
  await queue.enqueue();
  await queue.enqueue();
  await queue.enqueue({ tenantId: 'other' });
  const receipt = await queue.enqueue();
  expectExplained(
    await queue.queues.explain(receipt),
    [{ kind: 'behind', ahead: 2, isMore: false }],
    /: 2 actions of its tenant are ahead of it; its tenant gets 50 % of tier professional, which it shares with 1 other\.$/,
  );
});

it('names the leader that blocks an action in its sequence, whatever its state', async () => {
  const queue = await openServed();
  await queue.enqueue({ actionId: 'first', sequence: 'chat' });
  await queue.enqueue({ sequence: 'chat' });
  const receipt = await queue.enqueue({ sequence: 'chat' });
  await queue.claimOne();
  const { reasons, place, text } = await queue.queues.explain(receipt);
  expect(reasons[0]).toEqual({ kind: 'sequence', leaderId: 'first', ahead: 2 });
  expect(place).toBeUndefined();
  expect(text).toContain('2 actions of its sequence run before it, "first" first');
});

it('counts no further than 1,000 actions ahead', async () => {
  const queue = await openServed();
  await queue.queues.enqueueMany(Array.from({ length: 1_001 }, () => actionOf()));
  const receipt = await queue.enqueue();
  const explanation = await queue.queues.explain(receipt);
  expect(explanation.place).toEqual({ ahead: 1_000, isMore: true });
  expect(explanation.text).toContain('more than 1,000 actions of its tenant are ahead of it');
});

it('finds the place of an action that has run before', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  await queue.enqueue();
  await queue.settle(await queue.claimOne(), { status: 'release' });
  expect(await queue.queues.explain(receipt)).toMatchObject({ place: { ahead: 0 } });
  await queue.settle(await queue.claimOne(), { status: 'retry', delayMs: 0, error: failure });
  await queue.worker.claim({ slots: 0 });
  await queue.brokerOf().claim({ slots: 0 });
  expect(await queue.queues.explain(receipt)).toMatchObject({
    state: 'waiting',
    place: { ahead: 1, isMore: false },
  });
});

it('says that its tenant is at its cap', async () => {
  const queue = await openServed({ tiers: { professional: { maxActive: 2 } } });
  for (let n = 0; n < 3; n += 1) await queue.enqueue();
  expect(await queue.claim(3)).toHaveLength(2);
  const { actions } = await queue.queues.list({
    domain: 'embedding',
    tenantId: 'acme',
    state: 'waiting',
  });
  const [waiting] = actions;
  await queue.claim(1);
  expectExplained(
    await queue.queues.explain({ domain: 'embedding', actionId: waiting?.actionId ?? '' }),
    [{ kind: 'capped', active: 2, cap: 2 }],
    /: its tenant runs 2 of at most 2 actions\.$/,
  );
});

it('says that its tenant is paused, or suspended', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  const target = { domain: 'embedding', tenantId: 'acme' };
  await queue.queues.pause(target);
  expectExplained(
    await queue.queues.explain(receipt),
    [{ kind: 'paused' }],
    /: its tenant is paused\.$/,
  );
  await queue.queues.pause(target, { admission: true });
  expectExplained(
    await queue.queues.explain(receipt),
    [{ kind: 'suspended' }],
    /: its tenant is suspended\.$/,
  );
});

it('says that its domain is paused', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  await queue.queues.pause('embedding', { admission: true });
  const reason = { kind: 'domain-paused', pause: 'admission' };
  expectExplained(await queue.queues.explain(receipt), [reason], /: its domain is paused\.$/);
});

it('says that no worker is live', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue();
  const reason = { kind: 'no-worker' };
  expectExplained(
    await queue.queues.explain(receipt),
    [reason],
    /: no worker of the domain is live\.$/,
  );
  const later = await queue.enqueue({}, { delayMs: 60_000 });
  expect(kindsOf(await queue.queues.explain(later))).toEqual(['run-at', 'no-worker']);
});

it('says that all slots are in use', async () => {
  const queue = await openServed({}, { concurrency: 4, running: 4 });
  await queue.brokerOf().claim({ slots: 0, load: { concurrency: 2, running: 2 } });
  const receipt = await queue.enqueue();
  const reason = { kind: 'no-free-slot', running: 6, concurrency: 6, workers: 2 };
  expectExplained(
    await queue.queues.explain(receipt),
    [reason],
    /: 6 of 6 slots of 2 workers are in use\.$/,
  );
  await queue.brokerOf().claim({ slots: 0, load: IDLE });
  expectExplained(await queue.queues.explain(receipt), [], /: the next claim takes it\.$/);
});

it('says which higher tiers are served first, and what is left for its own', async () => {
  const queue = await openServed();
  await queue.enqueue({ tenantId: 'big', tenantTier: 'enterprise' });
  await queue.enqueue({ tenantId: 'held', tenantTier: 'professional' });
  await queue.queues.pause({ domain: 'embedding', tenantId: 'held' });
  const receipt = await queue.enqueue({ tenantId: 'small', tenantTier: 'free' });
  const reason = { kind: 'higher-tiers', tiers: ['enterprise'], mode: 'strict', floor: 16 };
  const text = /: tenants of enterprise are served first, except at every 16th turn\.$/;
  expectExplained(await queue.queues.explain(receipt), [reason], text);
});

it('says how many tenants come first, and the share of its tenant', async () => {
  const directory = {
    resolve: (tenantId: string) => ({
      tier: 'professional' as const,
      weight: tenantId === 'acme' ? 3 : 1,
    }),
  };
  const queue = await openServed({ directory });
  await queue.enqueue();
  await queue.enqueue();
  await queue.enqueue({ tenantId: 'other' });
  await queue.claim(1);
  await queue.claim(1);
  const receipt = await queue.enqueue({ tenantId: 'other' });
  const ofAcme = await queue.queues.explain(await queue.enqueue());
  expect(ofAcme.share).toEqual({ tier: 'professional', ofTier: 0.75, weight: 3, otherTenants: 1 });
  const ofOther = await queue.queues.explain(receipt);
  expect(ofOther.share).toEqual({ tier: 'professional', ofTier: 0.25, weight: 1, otherTenants: 1 });
  expect(ofOther.text).toContain('25 % of tier professional');
  const turns = [...ofAcme.reasons, ...ofOther.reasons].filter(({ kind }) => kind === 'turn');
  expect(turns).toEqual([{ kind: 'turn', tenantsAhead: 1 }]);
});

it('says that workers died running it, and how many suspects are ahead of it', async () => {
  const queue = await openServed({ worker: { maxStalls: 1 } });
  const receipt = await queue.enqueue();
  await queue.enqueue();
  await queue.claim(2);
  await queue.loseLeases();
  const reason = { kind: 'suspect', ahead: 1, stalls: 1 };
  expectExplained(await queue.queues.explain(receipt), [reason], /1 worker died running it/);
  expect(await queue.queues.explain(receipt)).not.toHaveProperty('place');
});

it('says that it expired while it waited', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue({ expiresAt: PAST });
  expectExplained(
    await queue.queues.explain(receipt),
    [{ kind: 'expired', at: PAST }],
    /it expired at 2026-01-01/,
  );
});

it('says until when a failed action waits for its retry', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  await queue.settle(await queue.claimOne(), { status: 'retry', delayMs: 60_000, error: failure });
  const at = (await queue.queues.get(receipt))?.at;
  const reason = { kind: 'retry', until: at, failures: 1 };
  expectExplained(
    await queue.queues.explain(receipt),
    [reason],
    /it is retried at 20.*Z after 1 failure\.$/,
  );
});

it('says that it was sent for later', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue({}, { delayMs: 60_000 });
  const reason = { kind: 'run-at', until: receipt.notBefore };
  expectExplained(await queue.queues.explain(receipt), [reason], /is delayed: it was sent for 20/);
});

it('says that its slot in the minute limit is later', async () => {
  const tiers = { professional: { perMinute: 1, onLimit: 'delay' as const } };
  const queue = await openServed({ tiers });
  await queue.enqueue();
  const receipt = await queue.enqueue();
  const reason = { kind: 'rate-limit', until: receipt.notBefore };
  expectExplained(
    await queue.queues.explain(receipt),
    [reason],
    /its tenant is at its limit per minute/,
  );
});

it('says that it is throttled, and since when', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  const throttled = { status: 'throttled', delayMs: 60_000, error: failure } as const;
  await queue.settle(await queue.claimOne(), throttled);
  const reason = { kind: 'throttled', until: expect.any(String), since: expect.any(String) };
  expectExplained(
    await queue.queues.explain(receipt),
    [reason],
    /has been at its limit since 20.*Z, and it is retried/,
  );
});

it('says that no worker had a handler for it', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  const unhandled = { status: 'unhandled', delayMs: 60_000, error: failure } as const;
  await queue.settle(await queue.claimOne(), unhandled);
  const reason = { kind: 'unhandled', until: expect.any(String), since: expect.any(String) };
  expectExplained(
    await queue.queues.explain(receipt),
    [reason],
    /no worker had a handler for its type since 20/,
  );
});
