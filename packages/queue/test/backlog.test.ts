import { expect, it } from 'vitest';
import type { QueueBroker } from '../src/broker.ts';
import { audit } from './audit.ts';
import { actionOf, idsOf, openQueue, tenantsOf, type Queue } from './fixture.ts';

const PAST = '2026-01-01T00:00:00.000Z';

/** Enqueues this number of actions of a tenant; returns their ids. */
async function fill({ queues }: Queue, tenantId: string, count: number): Promise<string[]> {
  const actions = Array.from({ length: count }, () => actionOf({ tenantId }));
  await queues.enqueueMany(actions);
  return actions.map(({ actionId }) => actionId);
}

/** Adds this number of elements without an action to the head of a tenant's queue. */
async function cancelled(queue: Queue, tenantId: string, count: number): Promise<void> {
  const ids = await fill(queue, tenantId, count);
  await Promise.all(
    ids.map(async (actionId) => queue.queues.cancel({ domain: 'embedding', actionId })),
  );
}

/** Claims until the queue no longer reports that another call is due immediately; returns the number of claims. */
async function claimWhileDue(
  broker: QueueBroker,
  slots: number,
): Promise<{ tenants: string[]; calls: number }> {
  const tenants: string[] = [];
  for (let calls = 1; ; calls += 1) {
    const { claimed, dueInMs } = await broker.claim({ slots });
    tenants.push(...tenantsOf(claimed));
    if (dueInMs !== 0) return { tenants, calls };
  }
}

it('serves another tenant in the first claim although one has cancelled any number of actions', async () => {
  const queue = openQueue();
  await cancelled(queue, 'canceller', 1_200);
  await fill(queue, 'quiet', 1);
  const broker = queue.brokerOf();
  const first = await broker.claim({ slots: 4 });
  expect(tenantsOf(first.claimed)).toEqual(['quiet']);
  expect(first.dueInMs).toBe(0);
  expect(await audit(queue.stored)).toEqual([]);
  expect(await claimWhileDue(broker, 4)).toEqual({ tenants: [], calls: 2 });
  expect(await queue.stored.ready('professional')).toEqual(new Map());
  expect(await audit(queue.stored)).toEqual([]);
});

it('serves actions behind cancelled ones in order, and skips only some per call', async () => {
  const queue = openQueue();
  await cancelled(queue, 'acme', 130);
  const [one = '', two = ''] = await fill(queue, 'acme', 2);
  await cancelled(queue, 'acme', 250);
  const [three = ''] = await fill(queue, 'acme', 1);
  expect(idsOf(await queue.claim(10))).toEqual([one, two, three]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('limits the effort of a call over the cancelled actions of many tenants, and goes on at once', async () => {
  const queue = openQueue();
  for (const tenantId of ['a', 'b', 'c', 'd', 'e']) await cancelled(queue, tenantId, 450);
  await fill(queue, 'quiet', 1);
  const broker = queue.brokerOf();
  expect(await broker.claim({ slots: 1 })).toMatchObject({ claimed: [], dueInMs: 0 });
  const { tenants, calls } = await claimWhileDue(broker, 2);
  expect(tenants).toEqual(['quiet']);
  expect(calls).toBe(1);
  expect(await audit(queue.stored)).toEqual([]);
});

it('ends the expired actions of one tenant a few at a time, and serves the others meanwhile', async () => {
  const queue = openQueue();
  const expiring = { tenantId: 'expiring', expiresAt: PAST, callbackQueue: 'query:expiring:free' };
  await queue.queues.enqueueMany(Array.from({ length: 250 }, () => actionOf(expiring)));
  await fill(queue, 'quiet', 2);
  const broker = queue.brokerOf();
  expect(tenantsOf((await broker.claim({ slots: 1 })).claimed)).toEqual(['quiet']);
  expect((await claimWhileDue(broker, 4)).tenants).toEqual(['quiet']);
  expect(await queue.stored.hash('depth')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
});

it('gives a tenant that was skipped for its cancelled actions no credit, and charges it nothing', async () => {
  const queue = openQueue();
  await cancelled(queue, 'canceller', 1_600);
  await fill(queue, 'canceller', 40);
  await fill(queue, 'steady', 100);
  const broker = queue.brokerOf();
  for (let call = 0; call < 3; call += 1) {
    expect(tenantsOf((await broker.claim({ slots: 10 })).claimed)).not.toContain('canceller');
  }
  const served = tenantsOf((await broker.claim({ slots: 20 })).claimed);
  expect(served.filter((tenant) => tenant === 'canceller')).toHaveLength(10);
  expect(await audit(queue.stored)).toEqual([]);
});

it('asks for another call where suspects that were cancelled hide one that may run', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  const ids = await fill(queue, 'acme', 12);
  await queue.brokerOf().claim({ slots: 12, acceptSuspect: false });
  await queue.loseLeases();
  for (const actionId of ids.slice(1)) {
    await queue.queues.cancel({ domain: 'embedding', actionId });
  }
  const { tenants, calls } = await claimWhileDue(queue.brokerOf(), 1);
  expect({ tenants, calls }).toEqual({ tenants: ['acme'], calls: 2 });
  expect(await audit(queue.stored)).toEqual([]);
});
