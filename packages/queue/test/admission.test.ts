import { encodeAction, type DomainAction } from '@nooble/models';
import { runScript } from '@nooble/redis';
import { expect, it } from 'vitest';
import { callbackItem, itemOf } from '../src/admission/admission-item.ts';
import { Admissions } from '../src/admission/admissions.ts';
import { Partitions } from '../src/protocol/partitions.ts';
import { ANSWERS_KEPT } from '../src/protocol/call-ring.ts';
import { Keyspace } from '../src/protocol/keyspace.ts';
import type { AdmissionPolicy } from '../src/protocol/admission.ts';
import { enqueueCall, readVerdicts } from '../src/protocol/operations/enqueue.ts';
import { audit } from './audit.ts';
import { actionOf, idsOf, openPool, openQueue, startServer, type Queue } from './fixture.ts';
import type { Stored } from './stored.ts';

const UNLIMITED: AdmissionPolicy = {
  perMinute: null,
  perDay: null,
  maxDepth: null,
  onLimit: 'reject',
  weight: 1,
  maxActive: null,
};

function itemFor(action: DomainAction, policy: Partial<AdmissionPolicy> = {}) {
  return itemOf(action, { policy: { ...UNLIMITED, ...policy }, maxPayloadBytes: 1_000_000 });
}

async function admitCallback({ redis, prefix }: Queue, callback: DomainAction) {
  const item = callbackItem(callback, encodeAction(callback));
  return new Admissions({ redis, partitions: new Partitions({ redis, prefix }) }).admit(
    'embedding',
    item,
  );
}

/** Returns the only idempotency key stored. */
async function keyOfOnce(stored: Stored): Promise<string> {
  const [key = ''] = await stored.client.keys(`${stored.key('idempotency')}*`);
  return key;
}

it('accepts an action and answers where it is', async () => {
  const queue = openQueue();
  const action = actionOf({ tenantTier: 'enterprise' });
  const receipt = await queue.queues.enqueue(action);
  expect(receipt).toEqual({
    status: 'accepted',
    domain: 'embedding',
    actionId: action.actionId,
    tenantId: 'acme',
    queue: 'embedding:acme:enterprise',
  });
  expect(await queue.queues.get(receipt)).toMatchObject({ state: 'waiting', action });
  expect(await audit(queue.stored)).toEqual([]);
});

it('hands out the envelope exactly as it was accepted', async () => {
  const { queues, claimOne } = openQueue();
  const action = actionOf({ data: { text: 'línea\n{"v":2}' }, extensions: { future_field: [1] } });
  await queues.enqueue(action);
  expect((await claimOne()).envelope).toBe(encodeAction(action));
});

it('answers a repeated action id with duplicate, and stores it once', async () => {
  const { queues, claim, stored } = openQueue();
  const action = actionOf();
  await queues.enqueue(action);
  const before = await stored.dump();
  expect(await queues.enqueue({ ...action, data: 'another' })).toMatchObject({
    status: 'duplicate',
    actionId: action.actionId,
  });
  expect(await stored.dump()).toEqual(before);
  expect(idsOf(await claim(2))).toEqual([action.actionId]);
});

it('refuses an action id that an action of another tenant has, and reveals nothing about it', async () => {
  const { queues, stored, claim } = openQueue();
  const action = actionOf();
  await queues.enqueue(action);
  const before = await stored.dump();
  const other = { ...action, tenantId: 'globex' };
  await expect(queues.enqueue(other)).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
  expect(await stored.dump()).toEqual(before);
  const twin = actionOf();
  const batch = await queues.enqueueMany([twin, { ...twin, tenantId: 'globex' }]);
  expect(batch.map(({ status }) => status)).toEqual(['accepted', 'rejected']);
  expect(idsOf(await claim(3))).toEqual([action.actionId, twin.actionId]);
});

it('takes an action id again once its action has ended', async () => {
  const { queues, claimOne, settle } = openQueue();
  const action = actionOf();
  await queues.enqueue(action);
  await settle(await claimOne(), { status: 'done' });
  expect(await queues.enqueue(action)).toMatchObject({ status: 'accepted' });
});

it('enqueues once for an idempotency key, even after the action has ended', async () => {
  const { enqueue, claimOne, settle } = openQueue();
  const first = await enqueue({}, { idempotencyKey: 'order 7' });
  expect(await enqueue({}, { idempotencyKey: 'order 7' })).toMatchObject({
    status: 'duplicate',
    actionId: first.actionId,
  });
  await settle(await claimOne(), { status: 'done' });
  expect(await enqueue({}, { idempotencyKey: 'order 7' })).toMatchObject({ status: 'duplicate' });
});

it('forgets an idempotency key after 24 hours', async () => {
  const { enqueue, stored } = openQueue();
  await enqueue({}, { idempotencyKey: 'k' });
  const ttl = await stored.client.pttl(await keyOfOnce(stored));
  expect(ttl).toBeGreaterThan(86_000_000);
  expect(ttl).toBeLessThanOrEqual(86_400_000);
});

it('keeps the idempotency keys of tenants apart', async () => {
  const { enqueue } = openQueue();
  await enqueue({ tenantId: 'acme' }, { idempotencyKey: 'k' });
  expect(await enqueue({ tenantId: 'umbrella' }, { idempotencyKey: 'k' })).toMatchObject({
    status: 'accepted',
  });
});

it('frees the idempotency key of an action that is cancelled', async () => {
  const { enqueue, queues } = openQueue();
  await queues.cancel(await enqueue({}, { idempotencyKey: 'k' }));
  expect(await enqueue({}, { idempotencyKey: 'k' })).toMatchObject({ status: 'accepted' });
});

it('frees the idempotency key of an action that expires before it starts', async () => {
  const { enqueue, claim } = openQueue();
  await enqueue({ expiresAt: '2026-01-01T00:00:00.000Z' }, { idempotencyKey: 'k' });
  expect(await claim(1)).toEqual([]);
  expect(await enqueue({}, { idempotencyKey: 'k' })).toMatchObject({ status: 'accepted' });
});

it('keeps the idempotency key of an action that started and is cancelled before its retry', async () => {
  const { enqueue, queues, claimOne, settle } = openQueue();
  const receipt = await enqueue({}, { idempotencyKey: 'k' });
  const error = { code: 'X', message: 'x', retryable: true, http_status: 500 };
  await settle(await claimOne(), { status: 'retry', delayMs: 60_000, error });
  expect(await queues.cancel(receipt)).toBe('cancelled');
  expect(await enqueue({}, { idempotencyKey: 'k' })).toMatchObject({ status: 'duplicate' });
});

it('keeps the idempotency key of a redriven action that is cancelled', async () => {
  const { enqueue, queues, claimOne, settle } = openQueue();
  const receipt = await enqueue({}, { idempotencyKey: 'k' });
  const error = { code: 'X', message: 'x', retryable: false, http_status: 500 };
  await settle(await claimOne(), { status: 'dead', error });
  await queues.deadLetters('embedding').redrive({ all: true });
  expect(await queues.cancel(receipt)).toBe('cancelled');
  expect(await enqueue({}, { idempotencyKey: 'k' })).toMatchObject({ status: 'duplicate' });
});

it('does not free a key that stands for a newer action', async () => {
  const { enqueue, queues, stored } = openQueue();
  const old = await enqueue({}, { idempotencyKey: 'k', delayMs: 86_400_000 * 2 });
  await stored.client.del(await keyOfOnce(stored));
  const young = await enqueue({}, { idempotencyKey: 'k' });
  await queues.cancel(old);
  expect(await enqueue({}, { idempotencyKey: 'k' })).toMatchObject({
    status: 'duplicate',
    actionId: young.actionId,
  });
});

it('lets the items of a batch see those before them', async () => {
  const { queues } = openQueue();
  const [first, second] = [actionOf(), actionOf()];
  const outcomes = await queues.enqueueMany([first, second, first]);
  expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'duplicate']);
  const keyed = await Promise.all(
    [first, second].map(async () => queues.enqueue(actionOf(), { idempotencyKey: 'k' })),
  );
  expect(keyed.map(({ status }) => status)).toEqual(['accepted', 'duplicate']);
  expect(keyed[1]?.actionId).toBe(keyed[0]?.actionId);
});

it('refuses one bad action of several and admits the others, in order', async () => {
  const { queues, claim } = openQueue();
  const good = [actionOf(), actionOf()] as const;
  const bad = actionOf({ tenantId: 'a:b' });
  const outcomes = await queues.enqueueMany([good[0], bad, good[1]]);
  expect(outcomes).toMatchObject([
    { status: 'accepted', actionId: good[0].actionId },
    { status: 'rejected', actionId: bad.actionId, error: { code: 'INVALID_ACTION' } },
    { status: 'accepted', actionId: good[1].actionId },
  ]);
  expect(idsOf(await claim(5))).toEqual(good.map(({ actionId }) => actionId));
});

it('makes a few script calls of many concurrent enqueues', async () => {
  const server = await startServer();
  const { enqueue, redis } = openQueue({ url: server.url });
  await enqueue();
  const calls = async (): Promise<number> => {
    const info = await redis.command().info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1] ?? 0);
  };
  const before = await calls();
  const receipts = await Promise.all(Array.from({ length: 100 }, async () => enqueue()));
  expect(receipts.every(({ status }) => status === 'accepted')).toBe(true);
  expect((await calls()) - before).toBeLessThanOrEqual(3);
});

it('answers the same call sent twice the same, and changes nothing', async () => {
  const { redis, prefix, stored } = openQueue();
  const items = [
    itemFor(actionOf(), { perMinute: 2 }),
    itemFor(actionOf(), { perMinute: 2, perDay: 5 }),
    itemFor(actionOf(), { perMinute: 2 }),
  ];
  const call = enqueueCall(new Keyspace(prefix, 'embedding'), { process: 'p', number: 1 }, items);
  const first = await runScript(redis.command(), call);
  const before = await stored.dump();
  const second = await runScript(redis.command(), call);
  expect(readVerdicts(first, 3).map(({ kind }) => kind)).toEqual([
    'accepted',
    'accepted',
    'minute',
  ]);
  expect(second).toEqual(first);
  expect(await stored.dump()).toEqual(before);
});

it('answers the same call the same after its actions have ended', async () => {
  const { redis, prefix, claimOne, settle, claim } = openQueue();
  const keyspace = new Keyspace(prefix, 'embedding');
  const call = enqueueCall(keyspace, { process: 'p', number: 1 }, [itemFor(actionOf())]);
  await runScript(redis.command(), call);
  await settle(await claimOne(), { status: 'done' });
  const again = readVerdicts(await runScript(redis.command(), call), 1);
  expect(again).toEqual([{ kind: 'accepted' }]);
  expect(await claim(1)).toEqual([]);
});

it('remembers the last few calls of a process, and refuses one that is older', async () => {
  const { redis, prefix, stored } = openQueue();
  const keyspace = new Keyspace(prefix, 'embedding');
  const call = async (number: number) =>
    runScript(
      redis.command(),
      enqueueCall(keyspace, { process: 'p', number }, [itemFor(actionOf())]),
    );
  for (let number = 1; number <= ANSWERS_KEPT + 1; number += 1) await call(number);
  expect(Object.keys(await stored.hash('calls', 'p'))).toHaveLength(ANSWERS_KEPT);
  const before = await stored.dump();
  expect(await call(2)).toEqual([]);
  await expect(call(1)).rejects.toThrow('FORGOTTEN');
  expect(await stored.dump()).toEqual(before);
});

it('numbers the calls to a domain without gaps, however many domains it sends to', async () => {
  const { queues, prefix, stored } = openQueue();
  for (const domain of ['embedding', 'query', 'embedding', 'query', 'embedding']) {
    await queues.enqueue(actionOf({ actionType: `${domain}.generate` }));
  }
  const [key = ''] = await stored.client.keys(`${prefix}:{embedding}:calls:*`);
  expect(Object.keys(await stored.client.hgetall(key))).toEqual(['1', '2', '3']);
});

it('admits callbacks over every limit, and counts them in depth', async () => {
  const queue = openQueue({ tiers: { free: { perMinute: 0, perDay: 0, maxDepth: 0 } } });
  const callback = actionOf({ tenantTier: 'free' });
  expect(await admitCallback(queue, callback)).toEqual({ kind: 'accepted' });
  expect(await queue.stored.hash('depth')).toEqual({ acme: '1' });
  expect(await queue.stored.hash('counts')).toMatchObject({ w4: '1', t4: '1' });
});

it('admits callbacks while admission is refused', async () => {
  const queue = openQueue();
  await queue.queues.pause('embedding', { admission: true });
  await queue.queues.pause({ domain: 'embedding', tenantId: 'acme' }, { admission: true });
  expect(await admitCallback(queue, actionOf())).toEqual({ kind: 'accepted' });
});

it('charges a callback to no limit', async () => {
  const queue = openQueue({ tiers: { professional: { perMinute: 1, perDay: 1 } } });
  await admitCallback(queue, actionOf());
  expect(await queue.enqueue()).toMatchObject({ status: 'accepted' });
});

it('leaves the cap of a tenant as it is when a callback comes', async () => {
  const queue = openQueue({ tiers: { professional: { maxActive: 1 } } });
  await queue.enqueue();
  await admitCallback(queue, actionOf());
  expect(await queue.claim(2)).toHaveLength(1);
});

it('remembers a callback for 60 s and drops its repeat, even when it has ended by then', async () => {
  const queue = openQueue();
  const callback = actionOf();
  await admitCallback(queue, callback);
  await queue.settle(await queue.claimOne(), { status: 'done' });
  expect(await admitCallback(queue, callback)).toMatchObject({ kind: 'duplicate' });
  const seen = queue.stored.key('seen', callback.actionId);
  const ttl = await queue.stored.client.pttl(seen);
  expect(ttl).toBeGreaterThan(0);
  expect(ttl).toBeLessThanOrEqual(60_000);
});

it('reports that Redis is away with an error that says what was attempted', async () => {
  const redis = openPool('redis://127.0.0.1:1');
  const { queues } = openQueue({ url: 'redis://127.0.0.1:1' });
  const action = actionOf();
  await expect(queues.enqueue(action)).rejects.toMatchObject({
    code: 'REDIS_UNAVAILABLE',
    message: expect.stringContaining(`enqueue action "${action.actionId}"`) as string,
  });
  await redis.close(10);
});
