import { expect, it } from 'vitest';
import { MAX_IDS } from '../src/protocol/chunks.ts';
import { SCRIPTS } from '../src/generated/scripts.ts';
import { ANSWERS_KEPT } from '../src/protocol/call-ring.ts';
import {
  actionOf,
  idsOf,
  NO_LIMITS,
  openQueue,
  PATIENT,
  settlementOf,
  type Queue,
} from './fixture.ts';
import { openSwallowingProxy } from './swallowing-proxy.ts';

const done = { status: 'done' } as const;

/** The same queue, accessed directly and through a proxy. */
async function openBoth() {
  const proxy = await openSwallowingProxy();
  const straight = openQueue();
  const proxied = openQueue({ url: proxy.url, prefix: straight.prefix });
  for (const { lua } of Object.values(SCRIPTS)) await straight.redis.command().script('LOAD', lua);
  await proxied.queues.stats('embedding');
  return { proxy, straight, proxied };
}

/** Runs all actions; returns their ids in the order of their claim. */
async function runAll({ brokerOf }: Queue): Promise<string[]> {
  const broker = brokerOf();
  const ran: string[] = [];
  for (;;) {
    const { claimed } = await broker.claim({ slots: MAX_IDS });
    if (claimed.length === 0) return ran;
    ran.push(...idsOf(claimed));
    await broker.settle(claimed.map((each) => settlementOf(each, done)));
  }
}

const waiting = async ({ queues }: Queue) =>
  (await queues.stats('embedding')).tiers.professional.waiting;

it.each([1, ANSWERS_KEPT - 1, ANSWERS_KEPT, ANSWERS_KEPT + 1, 100])(
  'runs each of %i calls of actions in flight once when their answers are lost',
  async (calls) => {
    const { proxy, straight, proxied } = await openBoth();
    const actions = Array.from({ length: 64 * calls }, () => actionOf());
    proxy.swallowReplies('eval');
    const sending = proxied.queues.enqueueMany(actions);
    await expect.poll(async () => waiting(straight), PATIENT).toBeGreaterThanOrEqual(64);
    const early = await runAll(straight);
    proxy.cut();
    expect((await sending).filter(({ status }) => status !== 'accepted')).toEqual([]);
    const ran = [...early, ...(await runAll(straight))];
    expect(ran.toSorted()).toEqual(actions.map(({ actionId }) => actionId).toSorted());
  },
);

it('charges an answer that is given twice once, whatever it says', async () => {
  const { proxy, straight } = await openBoth();
  const tiers = { ...NO_LIMITS, free: { perMinute: 300, perDay: null, maxDepth: null } };
  const { queues } = openQueue({ url: proxy.url, prefix: straight.prefix, tiers });
  const actions = Array.from({ length: 6_400 }, (_, at) =>
    actionOf(at % 2 === 0 ? {} : { tenantId: 'limited', tenantTier: 'free' }),
  );
  await queues.stats('embedding');
  proxy.swallowReplies('eval');
  const sending = queues.enqueueMany(actions);
  await expect.poll(async () => waiting(straight), PATIENT).toBeGreaterThan(0);
  const early = await runAll(straight);
  proxy.cut();
  const outcomes = await sending;
  const accepted = outcomes.flatMap(({ status, actionId }) =>
    status === 'accepted' ? [actionId] : [],
  );
  expect(accepted).toHaveLength(3_200 + 300);
  expect([...early, ...(await runAll(straight))].toSorted()).toEqual(accepted.toSorted());
});

it('hands out each action once to more claims in flight than answers are kept', async () => {
  const { proxy, straight, proxied } = await openBoth();
  const actions = Array.from({ length: 300 }, () => actionOf());
  await straight.queues.enqueueMany(actions);
  const broker = proxied.brokerOf();
  await broker.claim({ slots: 0 });
  proxy.swallowReplies('eval');
  const claims = Array.from({ length: 2 * ANSWERS_KEPT }, async () => broker.claim({ slots: 2 }));
  await expect.poll(async () => waiting(straight), PATIENT).toBeLessThan(300 - ANSWERS_KEPT);
  proxy.cut();
  const claimed = (await Promise.all(claims)).flatMap((reply) => reply.claimed);
  expect(new Set(idsOf(claimed)).size).toBe(4 * ANSWERS_KEPT);
  const { active } = (await straight.queues.stats('embedding')).tiers.professional;
  expect(active).toBe(4 * ANSWERS_KEPT);
});

it('says of a cancel whose answer was lost what it did', async () => {
  const { proxy, straight, proxied } = await openBoth();
  const receipts = await Promise.all(Array.from({ length: 100 }, async () => straight.enqueue()));
  proxy.swallowReplies('eval');
  const cancels = receipts.map(async (receipt) => proxied.queues.cancel(receipt));
  await expect.poll(async () => waiting(straight), PATIENT).toBe(100 - ANSWERS_KEPT);
  proxy.cut();
  expect(new Set(await Promise.all(cancels))).toEqual(new Set(['cancelled']));
});

it('counts the dead letters of a redrive whose answer was lost, and moves none of them again', async () => {
  const { proxy, straight, proxied } = await openBoth();
  const actionIds = idsOf(await deadLettersOf(straight, 3));
  proxy.swallowReplies('eval');
  const redrive = proxied.queues.deadLetters('embedding').redrive({ actionIds });
  await expect.poll(async () => waiting(straight), PATIENT).toBe(3);
  await deadLettersOf(straight, 0);
  proxy.cut();
  expect(await redrive).toBe(3);
  expect(await waiting(straight)).toBe(0);
});

/** Returns the number of dead letters, creating more first. */
async function deadLettersOf(queue: Queue, count: number) {
  await queue.queues.enqueueMany(Array.from({ length: count }, () => actionOf()));
  const claimed = await queue.claim(10);
  const error = { code: 'X', message: 'x', retryable: false, http_status: 500 };
  await queue
    .brokerOf()
    .settle(claimed.map((each) => settlementOf(each, { status: 'dead', error })));
  return claimed;
}
