import { describe, expect, it } from 'vitest';
import { runScript } from '@nooble/redis';
import { Keyspace } from '../src/protocol/keyspace.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { pauseCall, readPaused } from '../src/protocol/operations/pause.ts';
import { Partitions } from '../src/protocol/partitions.ts';
import { actionOf, failure, idsOf, openQueue, settlementOf, tenantsOf } from './fixture.ts';
import { Stored } from './stored.ts';

const DOMAIN = 'embedding';
const TENANTS = Array.from({ length: 24 }, (_, index) => `tenant-${index}`);

/** A queue in several partitions. */
async function openPartitioned(count = 4, options: Parameters<typeof openQueue>[0] = {}) {
  const queue = openQueue(options);
  await queue.queues.setPartitions(DOMAIN, count);
  return queue;
}

describe('a domain in partitions', () => {
  it('puts each tenant into one of them, each in a separate slot', async () => {
    const { redis, prefix, enqueue } = await openPartitioned();
    for (const tenantId of TENANTS) await enqueue({ tenantId });
    const { all, of } = await spread(redis, prefix);
    expect(new Set(TENANTS.map(of)).size).toBe(4);
    expect(all.map(({ wakeKey }) => wakeKey)).toEqual(
      [0, 1, 2, 3].map((index) => `${prefix}:{embedding/4.${index}}:wake`),
    );
  });

  it('gives a worker the actions of all of them, and settles each where it is', async () => {
    const { queues, brokerOf, enqueue } = await openPartitioned();
    const sent = await Promise.all(TENANTS.map(async (tenantId) => enqueue({ tenantId })));
    const broker = brokerOf();
    const { claimed } = await broker.claim({ slots: 100 });
    expect(idsOf(claimed).toSorted()).toEqual(sent.map(({ actionId }) => actionId).toSorted());
    const outcome = { status: 'done' } as const;
    const settlements = claimed.map((each) => settlementOf(each, outcome));
    const reply = await broker.claim({ slots: 1, settlements });
    expect(new Set(reply.settled.values())).toEqual(new Set(['ok']));
    expect((await queues.stats(DOMAIN)).tiers.professional).toMatchObject({
      waiting: 0,
      active: 0,
    });
  });

  it('serves one after the other when there are few slots', async () => {
    const { redis, prefix, brokerOf, enqueue } = await openPartitioned();
    for (let round = 0; round < 2; round += 1) {
      for (const tenantId of TENANTS) await enqueue({ tenantId });
    }
    const broker = brokerOf();
    const served: string[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      served.push(...tenantsOf((await broker.claim({ slots: 1 })).claimed));
    }
    const { of } = await spread(redis, prefix);
    const counts = [0, 1, 2, 3].map((index) => served.filter((id) => of(id) === index).length);
    expect(counts).toEqual([2, 2, 2, 2]);
  });

  it('lets a manager that knew the old number neither pause nor look nor send into the void', async () => {
    const { queues, redis, prefix, brokerOf } = openQueue();
    const stale = new DomainQueueManager({ redis, prefix });
    await stale.stats(DOMAIN);
    await queues.setPartitions(DOMAIN, 4);
    await stale.pause(DOMAIN);
    expect((await queues.stats(DOMAIN)).paused).toBe('serving');
    await stale.resume(DOMAIN);
    const { actionId } = await stale.enqueue(actionOf());
    expect((await stale.stats(DOMAIN)).tiers.professional.waiting).toBe(1);
    expect(idsOf((await brokerOf().claim({ slots: 1 })).claimed)).toEqual([actionId]);
  });

  it('keeps a place closed that its tenants have left', async () => {
    const { redis, prefix, queues } = openQueue();
    const left = new Keyspace(prefix, DOMAIN);
    await queues.setPartitions(DOMAIN, 4);
    const call = pauseCall(left, { verb: 'resume', admission: false });
    expect(readPaused(await runScript(redis.command(), call))).toBe(false);
    expect(await new Stored(redis, prefix, DOMAIN).hash('state')).toMatchObject({
      paused: 'moved',
    });
  });

  it('is as fair to the tenants of a partition as a domain is', async () => {
    const { redis, prefix, brokerOf, enqueue } = await openPartitioned(2);
    const { of } = await spread(redis, prefix);
    const neighbours = TENANTS.filter((tenantId) => of(tenantId) === 0).slice(0, 2);
    const [greedy = '', modest = ''] = neighbours;
    for (let count = 0; count < 20; count += 1) await enqueue({ tenantId: greedy });
    await enqueue({ tenantId: modest });
    const broker = brokerOf();
    const served: string[] = [];
    while (!served.includes(modest)) {
      served.push(...tenantsOf((await broker.claim({ slots: 1 })).claimed));
    }
    expect(served.length).toBeLessThanOrEqual(3);
  });

  it('holds the limits of a tenant, and its cap', async () => {
    const limits = { perMinute: 3, maxActive: 1 };
    const { queues, brokerOf } = await openPartitioned(4, { tiers: { free: limits } });
    const outcomes = await queues.enqueueMany(
      TENANTS.slice(0, 6).flatMap((tenantId) =>
        Array.from({ length: 5 }, () => actionOf({ tenantId, tenantTier: 'free' })),
      ),
    );
    const accepted = outcomes.filter(({ status }) => status === 'accepted');
    expect(accepted).toHaveLength(18);
    const { claimed } = await brokerOf({ tiers: { free: limits } }).claim({ slots: 100 });
    expect(tenantsOf(claimed).toSorted()).toEqual(TENANTS.slice(0, 6).toSorted());
  });

  it('finds, cancels and counts actions wherever they are', async () => {
    const { queues, enqueue, stateOf } = await openPartitioned();
    const sent = await Promise.all(TENANTS.map(async (tenantId) => enqueue({ tenantId })));
    for (const { actionId } of sent) expect(await stateOf(actionId)).toBe('waiting');
    const { tiers } = await queues.stats(DOMAIN);
    expect(tiers.professional).toMatchObject({ waiting: 24, tenantsReady: 24 });
    for (const receipt of sent) expect(await queues.cancel(receipt)).toBe('cancelled');
    expect(await queues.cancel({ domain: DOMAIN, actionId: 'unknown' })).toBe('unknown');
  });

  it('pauses all of them, or one tenant', async () => {
    const { queues, brokerOf, enqueue } = await openPartitioned();
    for (const tenantId of TENANTS) await enqueue({ tenantId });
    await queues.pause(DOMAIN);
    const broker = brokerOf();
    expect((await broker.claim({ slots: 100 })).claimed).toEqual([]);
    await queues.resume(DOMAIN);
    await queues.pause({ domain: DOMAIN, tenantId: 'tenant-7' });
    const { claimed } = await broker.claim({ slots: 100 });
    expect(tenantsOf(claimed)).toHaveLength(23);
    expect(tenantsOf(claimed)).not.toContain('tenant-7');
  });

  it('lists, redrives and discards the dead letters of all of them', async () => {
    const { queues, brokerOf, enqueue } = await openPartitioned();
    for (const tenantId of TENANTS) await enqueue({ tenantId });
    const broker = brokerOf();
    const { claimed } = await broker.claim({ slots: 100 });
    await broker.settle(
      claimed.map((each) => settlementOf(each, { status: 'dead', error: failure })),
    );
    const letters = queues.deadLetters(DOMAIN);
    const listed: string[] = [];
    let [after, ...rest] = (await letters.list({ limit: 5 })).toReversed();
    while (after) {
      listed.push(after.actionId, ...rest.map(({ actionId }) => actionId));
      [after, ...rest] = (await letters.list({ after, limit: 5 })).toReversed();
    }
    expect(listed.toSorted()).toEqual(idsOf(claimed).toSorted());
    expect(await letters.redrive({ actionIds: listed.slice(0, 10) })).toBe(10);
    expect(await letters.discard({ all: true })).toBe(14);
  });

  it('wakes a worker whose partitions are idle', async () => {
    const { brokerOf, enqueue } = await openPartitioned();
    const broker = brokerOf();
    await broker.claim({ slots: 1 });
    const { signal } = new AbortController();
    for (const tenantId of TENANTS.slice(0, 8)) {
      const woken = broker.waitForWork({ timeoutMs: 5_000, signal });
      await enqueue({ tenantId });
      await woken;
      expect(tenantsOf((await broker.claim({ slots: 1 })).claimed)).toEqual([tenantId]);
    }
  });

  it('renews and gives back leases of all of them', async () => {
    const { queues, brokerOf, enqueue } = await openPartitioned();
    for (const tenantId of TENANTS) await enqueue({ tenantId });
    const broker = brokerOf();
    const { claimed } = await broker.claim({ slots: 100 });
    const renewed = await broker.renew(claimed.map(({ lease }) => lease));
    expect(renewed).toHaveLength(24);
    await broker.release(claimed);
    expect((await queues.stats(DOMAIN)).tiers.professional).toMatchObject({ waiting: 24 });
    await expect(broker.ping()).resolves.toBeUndefined();
  });
});

describe('a change of their number', () => {
  it('is refused while the domain has actions, and leaves it open', async () => {
    const { queues, enqueue, claimOne } = openQueue();
    await enqueue();
    const refused = queues.setPartitions(DOMAIN, 2);
    await expect(refused).rejects.toMatchObject({ code: 'DOMAIN_NOT_EMPTY', details: { left: 1 } });
    await enqueue();
    expect((await claimOne()).lease.tenantId).toBe('acme');
  });

  it('is refused for a number that cannot be', async () => {
    const { queues } = openQueue();
    await expect(queues.setPartitions(DOMAIN, 0)).rejects.toBeInstanceOf(RangeError);
    await expect(queues.setPartitions(DOMAIN, 65)).rejects.toBeInstanceOf(RangeError);
  });

  it('is noticed by senders that know the old one, also for callbacks', async () => {
    const { queues, prefix } = openQueue();
    const other = openQueue({ prefix });
    await other.enqueue({ actionId: 'before' });
    await queues.cancel({ domain: DOMAIN, actionId: 'before' });
    await queues.setPartitions(DOMAIN, 3);
    expect(await other.enqueue({ actionId: 'after' })).toMatchObject({ status: 'accepted' });
    expect((await queues.stats(DOMAIN)).tiers.professional.waiting).toBe(1);
  });

  it('is completed by the same call when it was cut off', async () => {
    const { queues, prefix, redis, enqueue } = openQueue();
    const root = `${prefix}:{${DOMAIN}}:state`;
    await redis.command().hset(root, 'paused', 'moved');
    await expect(enqueue()).rejects.toMatchObject({ code: 'QUEUE_PAUSED' });
    await queues.setPartitions(DOMAIN, 2);
    expect(await enqueue()).toMatchObject({ status: 'accepted' });
  });

  it('keeps a pause, and goes back', async () => {
    const { queues, enqueue } = openQueue();
    await queues.pause(DOMAIN, { admission: true });
    await queues.setPartitions(DOMAIN, 2);
    await expect(enqueue()).rejects.toMatchObject({ code: 'QUEUE_PAUSED' });
    await queues.setPartitions(DOMAIN, 1);
    await queues.resume(DOMAIN);
    expect(await enqueue()).toMatchObject({ status: 'accepted' });
    expect((await queues.stats(DOMAIN)).paused).toBe(false);
  });
});

/** Returns the partitions of the domain, and the index of a tenant's partition. */
async function spread(redis: ReturnType<typeof openQueue>['redis'], prefix: string) {
  const keyspaces = await new Partitions({ redis, prefix }).of(DOMAIN);
  const of = (tenantId: string): number => keyspaces.all.indexOf(keyspaces.of(tenantId));
  return { all: keyspaces.all, of };
}
