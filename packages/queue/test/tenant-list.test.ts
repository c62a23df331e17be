import { expect, it } from 'vitest';
import type { ListOptions } from '../src/inspection/tenant-list.ts';
import { actionOf, failure, openQueue, type Queue } from './fixture.ts';

const OF_ACME = { domain: 'embedding', tenantId: 'acme' } as const;
type Asked = Pick<ListOptions, 'state'> & Partial<ListOptions>;

/** All pages of a list, by id, with the number of pages. */
async function pagesOf({ queues }: Queue, asked: Asked, between = async () => {}) {
  const ids: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await queues.list({ ...OF_ACME, ...asked, cursor });
    ids.push(page.actions.map(({ actionId }) => actionId));
    cursor = page.cursor;
    await between();
  } while (cursor !== undefined);
  return ids;
}

async function enqueueSome(queue: Queue, count: number, delayMs = 0): Promise<string[]> {
  const actions = Array.from({ length: count }, () => actionOf());
  await queue.queues.enqueueMany(actions, { delayMs });
  return actions.map(({ actionId }) => actionId);
}

it('pages through the waiting actions of a tenant in the order of its queue', async () => {
  const queue = openQueue();
  const ids = await enqueueSome(queue, 7);
  await queue.enqueue({ tenantId: 'other' });
  expect(await pagesOf(queue, { state: 'waiting', limit: 3 })).toEqual([
    ids.slice(0, 3),
    ids.slice(3, 6),
    ids.slice(6),
  ]);
  expect(await pagesOf(queue, { state: 'waiting' })).toEqual([ids]);
});

it('shows of an action what `get` shows, its tier, and since when it waits', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue();
  const [action] = (await queue.queues.list({ ...OF_ACME, state: 'waiting' })).actions;
  expect(action).toEqual({
    ...(await queue.queues.get(receipt)),
    tier: 'professional',
    since: expect.stringMatching(/^20.*Z$/) as string,
  });
});

it('lists the waiting actions of all tiers of a tenant, and its suspects', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  const suspect = await queue.enqueue();
  await queue.claim(1);
  await queue.loseLeases();
  const low = await queue.enqueue({ tenantTier: 'free' });
  const high = await queue.enqueue({ tenantTier: 'enterprise' });
  const ids = [high, low, suspect].map(({ actionId }) => actionId);
  expect(await pagesOf(queue, { state: 'waiting' })).toEqual([ids]);
  expect((await pagesOf(queue, { state: 'waiting', limit: 1 })).flat()).toEqual(ids);
});

it('lists neither cancelled actions nor an old element of an action sent again', async () => {
  const queue = openQueue();
  const again = actionOf();
  await queue.queues.cancel(await queue.queues.enqueue(again));
  await queue.queues.cancel(await queue.enqueue());
  const ids = await enqueueSome(queue, 2);
  await queue.queues.enqueue(again);
  expect(await pagesOf(queue, { state: 'waiting' })).toEqual([[...ids, again.actionId]]);
  await queue.queues.cancel({ domain: 'embedding', actionId: again.actionId });
  await queue.queues.enqueue(again, { delayMs: 60_000 });
  expect(await pagesOf(queue, { state: 'waiting' })).toEqual([ids]);
});

it('continues where it was while others are claimed and added', async () => {
  const queue = openQueue();
  const ids = await enqueueSome(queue, 10);
  const added: string[] = [];
  const listed = await pagesOf(queue, { state: 'waiting', limit: 2 }, async () => {
    await queue.claim(1);
    if (added.length < 2) added.push((await queue.enqueue()).actionId);
  });
  expect(listed.flat()).toEqual([...ids, ...added]);
});

it('pages through delayed actions by due time, also of the same moment', async () => {
  const queue = openQueue();
  const early = await enqueueSome(queue, 1, 60_000);
  const ids = await enqueueSome(queue, 6, 120_000);
  await queue.enqueue({ tenantId: 'other' }, { delayMs: 60_000 });
  for (const id of ids) await queue.stored.client.zadd(queue.stored.key('delayed'), 2e12, id);
  const pages = await pagesOf(queue, { state: 'delayed', limit: 2 });
  expect(pages.flat()).toEqual([...early, ...ids.toSorted()]);
  expect(pages).toHaveLength(4);
});

it('misses no action when one of the same moment leaves between two pages', async () => {
  const queue = openQueue();
  const ids = (await enqueueSome(queue, 6, 60_000)).toSorted();
  for (const id of ids) await queue.stored.client.zadd(queue.stored.key('delayed'), 2e12, id);
  let leaving = ids[0];
  const listed = await pagesOf(queue, { state: 'delayed', limit: 2 }, async () => {
    if (leaving !== undefined) await queue.queues.cancel({ ...OF_ACME, actionId: leaving });
    leaving = undefined;
  });
  expect(new Set(listed.flat())).toEqual(new Set(ids));
});

it('lists active actions with their leases, and misses none whose lease is renewed', async () => {
  const queue = openQueue();
  const ids = await enqueueSome(queue, 5);
  await queue.enqueue({ tenantId: 'other' });
  const broker = queue.brokerOf();
  const { claimed } = await broker.claim({ slots: 6 });
  const { actions } = await queue.queues.list({ ...OF_ACME, state: 'active' });
  expect(actions).toHaveLength(5);
  expect(actions[0]).toMatchObject({
    state: 'active',
    at: expect.any(String),
    since: expect.any(String),
  });
  const listed = await pagesOf(queue, { state: 'active', limit: 2 }, async () => {
    await broker.renew(claimed.slice(0, 1).map(({ lease }) => lease));
  });
  expect(new Set(listed.flat())).toEqual(new Set(ids));
});

it('lists dead actions with their errors, oldest first', async () => {
  const queue = openQueue();
  const ids = await enqueueSome(queue, 3);
  for (const each of await queue.claim(3)) {
    await queue.settle(each, { status: 'dead', error: failure });
  }
  const { actions } = await queue.queues.list({ ...OF_ACME, state: 'dead' });
  expect(new Set(actions.map(({ actionId }) => actionId))).toEqual(new Set(ids));
  expect(actions[0]).toMatchObject({ state: 'dead', error: failure, at: expect.any(String) });
  expect((await pagesOf(queue, { state: 'dead', limit: 1 })).flat()).toHaveLength(3);
});

it('puts no more than 4 MiB on a page', async () => {
  const queue = openQueue({ maxPayloadBytes: 2_000_000 });
  const data = { text: 'x'.repeat(1_500_000) };
  for (let n = 0; n < 3; n += 1) await queue.enqueue({ data });
  const pages = await pagesOf(queue, { state: 'waiting' });
  expect(pages.map(({ length }) => length)).toEqual([2, 1]);
});

it('lists the actions of a tenant from its partition', async () => {
  const queue = openQueue();
  await queue.queues.setPartitions('embedding', 4);
  const { actionId } = await queue.enqueue({ tenantId: 'b' });
  await queue.enqueue({ tenantId: 'c' });
  expect(await pagesOf(queue, { state: 'waiting', tenantId: 'b' })).toEqual([[actionId]]);
});

it('never names an action of another tenant, not even in a cursor', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue({ tenantId: 'victim' }, { delayMs: 60_000 });
  await enqueueSome(queue, 2, 120_000);
  for (const state of ['delayed', 'waiting', 'active', 'dead'] as const) {
    const page = await queue.queues.list({ ...OF_ACME, state, limit: 1 });
    expect(JSON.stringify(page)).not.toContain('victim');
    const text = Buffer.from(page.cursor ?? '', 'base64url').toString();
    expect(text).not.toContain(actionId);
  }
});

it.each(['', 'nonsense', btoa('waiting 9 1'), btoa('delayed 1 id'), btoa('waiting 1 1 1')])(
  'refuses the cursor %j, which it never returned',
  async (cursor) => {
    const { queues } = openQueue();
    const error = await queues
      .list({ ...OF_ACME, state: 'waiting', cursor })
      .catch((each: unknown) => each);
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toContain(
      'as cursor: expected a cursor that list returned for the same state',
    );
  },
);

it('refuses a cursor of another state, and options that are not valid', async () => {
  const queue = openQueue();
  await enqueueSome(queue, 2);
  const { list } = queue.queues;
  const { cursor } = await list({ ...OF_ACME, state: 'waiting', limit: 1 });
  const invalid: object[] = [
    { state: 'delayed', cursor },
    { state: 'done' },
    { state: 'waiting', limit: 0 },
    { state: 'waiting', limit: 501 },
    { state: 'waiting', page: 2 },
    {},
  ];
  for (const options of invalid) {
    await expect(list({ ...OF_ACME, ...options } as ListOptions)).rejects.toThrow(RangeError);
  }
  for (const names of [{ domain: 'a}b' }, { tenantId: 'a b' }]) {
    const options = { ...OF_ACME, state: 'waiting', ...names } as const;
    await expect(list(options)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  }
});
