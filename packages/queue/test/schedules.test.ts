import { defineAction, type DomainAction } from '@nooble/models';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { TenantEntry } from '../src/admission/directory.ts';
import type { SlotListener } from '../src/scheduling/due-slots.ts';
import { audit } from './audit.ts';
import { actionOf, openQueue, type Queue } from './fixture.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const report = defineAction('embedding.report', { data: z.object({ day: z.string() }) });
const acme = { tenantId: 'acme', tenantTier: 'professional' } as const;
const daily = { ...acme, definition: report, input: { day: 'today' }, cron: '@daily' } as const;
const hourly = { ...acme, definition: report, input: { day: 'today' }, everyMs: HOUR_MS } as const;

/** A listener that records its calls. */
function listener() {
  const refused: string[] = [];
  const missed: string[] = [];
  const listen: SlotListener = {
    onRefused: ({ schedule }, error) =>
      refused.push(`${schedule}: ${(error as { code?: string }).code}`),
    onMissed: ({ schedule }, { reason }) => missed.push(`${schedule}: ${reason}`),
  };
  return { ...listen, refused, missed };
}

const send = async ({ queues }: Queue, listen = listener()) =>
  queues.sendDueSlots('embedding', listen);

/** Makes a slot of a schedule due: the last one, or one further back. Returns its time. */
async function makeDue(
  queue: Queue,
  name: string,
  { back = 0, everyMs = HOUR_MS } = {},
): Promise<number> {
  const { client } = queue.stored;
  const nowMs = await queue.stored.now();
  const slotMs = (Math.floor(nowMs / everyMs) - back) * everyMs;
  const record = (await queue.stored.hash('schedules', 'acme'))[name] ?? '';
  const moved = record.replace(/^\d+ \d+ \d+/, `${slotMs} 0 0`);
  await client.hset(queue.stored.key('schedules', 'acme'), name, moved);
  await client.zadd(queue.stored.key('slots'), slotMs, `acme ${name}`);
  return slotMs;
}

/** Data and metadata of the waiting actions, in order. */
async function waiting(queue: Queue): Promise<DomainAction[]> {
  const texts = Object.values(await queue.stored.hash('actions')).sort();
  return texts.map((text) => JSON.parse(text.slice(text.indexOf('\n') + 1)) as DomainAction);
}

const slotOf = (ms: number) => new Date(ms).toISOString();

it('sends the action of a slot that is due, once, and moves on to the next one', async () => {
  const queue = openQueue();
  await queue.queues.schedule('usage', { ...hourly, missed: 'once' });
  expect(await send(queue)).toMatchObject({ inMs: expect.any(Number) as number });
  expect(await waiting(queue)).toEqual([]);
  const slotMs = await makeDue(queue, 'usage');
  const next = await send(queue);
  await send(queue);
  expect(next?.storedMs).toBe(slotMs + HOUR_MS);
  const [sent, ...others] = await waiting(queue);
  expect(others).toEqual([]);
  expect(sent).toMatchObject({
    action_type: 'embedding.report',
    tenant_id: 'acme',
    data: { day: 'today' },
    metadata: { schedule: { name: 'usage', slot: slotOf(slotMs) } },
  });
  expect(await audit(queue.stored)).toEqual([]);
});

it('many processes at once send no slot twice', async () => {
  const queue = openQueue();
  const names = Array.from({ length: 20 }, (_, n) => `s${n}`);
  for (const name of names) await queue.queues.schedule(name, { ...hourly, missed: 'once' });
  for (const name of names) await makeDue(queue, name);
  await Promise.all(Array.from({ length: 8 }, async () => send(queue)));
  expect(await waiting(queue)).toHaveLength(20);
});

it('sends a slot whose process died before, or after, it was sent', async () => {
  for (const diesAfter of [false, true]) {
    const entry: { hangs: boolean } = { hangs: false };
    const resolve = async (): Promise<TenantEntry> => {
      if (entry.hangs) await new Promise(() => undefined);
      return { tier: 'professional' };
    };
    const queue = openQueue({ directory: { resolve } });
    await queue.queues.schedule('usage', { ...hourly, missed: 'once' });
    const slotMs = await makeDue(queue, 'usage');
    if (diesAfter) {
      // Its action is stored, and the schedule has not moved on.
      await send(queue);
      await makeDue(queue, 'usage');
    } else {
      entry.hangs = true;
      void send(queue);
      const handed = async () => (await queue.stored.hash('schedules', 'acme'))['usage'];
      await vi.waitFor(async () => expect(await handed()).toMatch(/^\d+ [1-9]/), 20_000);
      entry.hangs = false;
      await send(queue);
      expect(await waiting(queue)).toEqual([]);
      // The time after which the slot is handed out again has passed.
      await queue.stored.hasten('slots', 10_000);
    }
    const next = await send(queue);
    expect(next?.storedMs).toBe(slotMs + HOUR_MS);
    expect(await waiting(queue)).toHaveLength(1);
  }
});

it('skips missed slots, sends one for all, or each', async () => {
  const queue = openQueue();
  // The last slot must not be in time.
  const isEarly = (await queue.stored.now()) % (24 * HOUR_MS) < 2 * MINUTE_MS;
  const everyMs = isEarly ? 25 * HOUR_MS : 24 * HOUR_MS;
  for (const missed of ['skip', 'once', 'all'] as const) {
    await queue.queues.schedule(missed, { ...hourly, everyMs, missed });
    await makeDue(queue, missed, { back: 3, everyMs });
  }
  const listen = listener();
  await send(queue, listen);
  const names = (await waiting(queue)).map(({ metadata }) => JSON.stringify(metadata['schedule']));
  const countOf = (name: string) => names.filter((each) => each.includes(`"${name}"`)).length;
  expect([countOf('skip'), countOf('once'), countOf('all')]).toEqual([0, 1, 4]);
  expect(new Set(names).size).toBe(5);
  expect(listen.missed).toEqual(['skip: late']);
});

it('tries a refused slot again until the next one, and reports each time', async () => {
  const entry: { now: TenantEntry } = { now: { tier: 'professional' } };
  const queue = openQueue({ directory: { resolve: () => entry.now } });
  await queue.queues.schedule('usage', { ...hourly, missed: 'once' });
  const slotMs = await makeDue(queue, 'usage');
  entry.now = { tier: 'professional', suspended: true };
  const listen = listener();
  const next = await send(queue, listen);
  expect(next?.inMs).toBeGreaterThanOrEqual(9_000);
  expect(next?.inMs).toBeLessThanOrEqual(300_000);
  await queue.stored.hasten('slots', HOUR_MS);
  await send(queue, listen);
  expect(listen.refused).toEqual(['usage: TENANT_MISMATCH', 'usage: TENANT_MISMATCH']);
  entry.now = { tier: 'professional' };
  await queue.stored.hasten('slots', HOUR_MS);
  expect((await send(queue, listen))?.storedMs).toBe(slotMs + HOUR_MS);
  expect(await waiting(queue)).toHaveLength(1);
  expect(listen.missed).toEqual([]);
});

it.each([
  ['the queue is full', { limits: { maxDepth: 0 } }, 'QUEUE_FULL'],
  ['the limit is reached', { limits: { perMinute: 0 } }, 'RATE_LIMIT'],
  ['its tier has changed', { tier: 'free' }, 'TENANT_MISMATCH'],
] as const)('reports a slot that is refused because %s', async (_, change, code) => {
  const entry: { now: TenantEntry } = { now: { tier: 'professional' } };
  const queue = openQueue({ directory: { resolve: () => entry.now } });
  await queue.queues.schedule('usage', { ...hourly, missed: 'once' });
  await makeDue(queue, 'usage');
  entry.now = { tier: 'professional', ...change };
  const listen = listener();
  await send(queue, listen);
  expect(listen.refused).toEqual([`usage: ${code}`]);
});

it('follows the tier in the directory if the schedule has none', async () => {
  const entry: { now: TenantEntry } = { now: { tier: 'professional' } };
  const queue = openQueue({ directory: { resolve: () => entry.now } });
  const { tenantTier: _, ...untiered } = hourly;
  await queue.queues.schedule('usage', { ...untiered, missed: 'once' });
  await makeDue(queue, 'usage');
  entry.now = { tier: 'free' };
  await send(queue);
  expect(await waiting(queue)).toMatchObject([{ tenant_tier: 'free' }]);
});

it('a service that stores its schedules when it starts keeps their slots, and may change their actions', async () => {
  const queue = openQueue();
  await queue.queues.schedule('usage', { ...hourly, missed: 'once' });
  const slotMs = await makeDue(queue, 'usage', { back: 2 });
  const again = { ...hourly, missed: 'once', input: { day: 'other' } } as const;
  expect(await queue.queues.schedule('usage', again)).toMatchObject({ nextAt: slotOf(slotMs) });
  await send(queue);
  expect(await waiting(queue)).toMatchObject([{ data: { day: 'other' } }]);
  const changed = await queue.queues.schedule('usage', { ...again, everyMs: 2 * HOUR_MS });
  expect(Date.parse(changed.nextAt)).toBeGreaterThan(await queue.stored.now());
  expect(await queue.queues.schedules('embedding')).toEqual([changed]);
});

it('a worker that got a slot does not move on a schedule that was replaced meanwhile', async () => {
  const gate: { pass?: () => void } = {};
  const entry: { waits: boolean } = { waits: false };
  const resolve = async (): Promise<TenantEntry> => {
    if (entry.waits) await new Promise<void>((done) => (gate.pass = done));
    return { tier: 'professional' };
  };
  const queue = openQueue({ directory: { resolve } });
  await queue.queues.schedule('usage', { ...hourly, missed: 'once' });
  await makeDue(queue, 'usage');
  entry.waits = true;
  const sending = send(queue);
  await vi.waitFor(() => expect(gate.pass).toBeDefined(), 20_000);
  entry.waits = false;
  const replaced = await queue.queues.schedule('usage', { ...hourly, everyMs: 24 * HOUR_MS });
  gate.pass?.();
  await sending;
  expect(await queue.queues.schedules(report)).toEqual([replaced]);
});

it('lists the schedules of a domain or a tenant by their next slot, and removes them', async () => {
  const queue = openQueue();
  const { queues } = queue;
  const a = await queues.schedule('yearly', { ...daily, cron: '@yearly' });
  const b = await queues.schedule('hourly', { ...daily, cron: '@hourly', timeZone: 'Asia/Tokyo' });
  const other = await queues.schedule('hourly', { ...daily, cron: '@hourly', tenantId: 'other' });
  expect(await queues.schedules('embedding', { tenantId: 'acme' })).toEqual([b, a]);
  expect(await queues.schedules(report, { tenantId: 'other' })).toEqual([other]);
  expect(await queues.schedules('embedding')).toHaveLength(3);
  expect(b).toMatchObject({
    actionType: 'embedding.report',
    timing: { cron: '@hourly', timeZone: 'Asia/Tokyo' },
    missed: 'skip',
  });
  expect(await queues.unschedule(b)).toBe(true);
  expect(await queues.unschedule(b)).toBe(false);
  expect(await queues.schedules('embedding', { tenantId: 'acme' })).toEqual([a]);
  for (const each of [a, other]) await queues.unschedule(each);
  expect(await send(queue)).toBeUndefined();
  const left = Object.keys(await queue.stored.dump()).filter((key) => !key.includes(':calls:'));
  expect(left).toEqual([]);
});

it('schedules survive a change of the partitions, and send into them', async () => {
  const queue = openQueue();
  await queue.queues.schedule('usage', { ...hourly, missed: 'once' });
  await queue.queues.setPartitions('embedding', 4);
  await makeDue(queue, 'usage');
  await send(queue);
  const { claimed, nextSlotMs } = await queue.brokerOf().claim({ slots: 5 });
  expect(claimed).toMatchObject([{ lease: { tenantId: 'acme' } }]);
  expect(nextSlotMs).toBeGreaterThan(await queue.stored.now());
});

it('a handler schedules for its own tenant, and sees no schedule of another', async () => {
  const queue = openQueue();
  const own = queue.queues.within(actionOf());
  const mine = await own.schedule('daily', daily);
  const other = await queue.queues.schedule('daily', { ...daily, tenantId: 'other' });
  const foreign = own.schedule('daily', { ...daily, tenantId: 'other' });
  await expect(foreign).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
  expect(await own.schedules('embedding')).toEqual([mine]);
  expect(await own.schedules('embedding', { tenantId: 'other' })).toEqual([]);
  expect(await own.unschedule(other)).toBe(false);
  expect(await queue.queues.schedules('embedding')).toHaveLength(2);
});

it.each(['', ' ', 'a b', 'a\nb', '{x}', '*', 'é', '-x', 'x'.repeat(129), 7, null, {}])(
  'refuses %j as a name, and stores nothing',
  async (name) => {
    const queue = openQueue();
    const refused = { code: 'INVALID_ACTION' };
    await expect(queue.queues.schedule(name as string, daily)).rejects.toMatchObject(refused);
    const ref = { domain: 'embedding', tenantId: 'acme', name: name as string };
    await expect(queue.queues.unschedule(ref)).rejects.toMatchObject(refused);
    expect(await queue.stored.dump()).toEqual({});
  },
);

it.each([
  ['a cron that never comes', { cron: '0 0 30 2 *' }],
  ['a malformed cron', { cron: 'every day' }],
  ['no times', { cron: undefined }],
  ['two kinds of times', { everyMs: HOUR_MS }],
  ['an interval below a second', { cron: undefined, everyMs: 999 }],
  ['an unknown time zone', { timeZone: 'Mars/Phobos' }],
  ['a time zone of an interval', { cron: undefined, everyMs: HOUR_MS, timeZone: 'UTC' }],
  ['an unknown policy', { missed: 'twice' }],
  ['a misspelled option', { timezone: 'UTC' }],
  ['no definition', { definition: undefined }],
  ['a hostile tenant', { tenantId: 'a:b' }],
  ['an idempotency key', { options: { idempotencyKey: 'x' } }],
  ['a delay', { options: { delayMs: 5 } }],
  ['a wrong cost', { options: { cost: -1 } }],
])('refuses %s, and stores nothing', async (_, change) => {
  const queue = openQueue();
  const options = { ...daily, ...change } as unknown as typeof daily;
  const scheduled = queue.queues.schedule('daily', options);
  await expect(scheduled).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  expect(await queue.stored.dump()).toEqual({});
});

it('refuses wrong data, a callback to another tenant, and too much data', async () => {
  const { queues, stored } = openQueue();
  const wrong = { ...daily, input: { day: 7 as unknown as string } };
  await expect(queues.schedule('daily', wrong)).rejects.toMatchObject({ code: 'VALIDATION' });
  const large = { ...daily, input: { day: 'x'.repeat(70_000) } };
  await expect(queues.schedule('daily', large)).rejects.toMatchObject({ httpStatus: 413 });
  expect(await stored.dump()).toEqual({});
});

it('has room for 100 schedules of a tenant', async () => {
  const { queues } = openQueue();
  for (let n = 0; n < 100; n += 1) await queues.schedule(`s${n}`, daily);
  const more = queues.schedule('one-more', daily);
  await expect(more).rejects.toMatchObject({ code: 'SCHEDULE_LIMIT', httpStatus: 409 });
  await queues.schedule('s7', daily);
  await queues.schedule('one-more', { ...daily, tenantId: 'other' });
});

it('a schedule that another version stored stays, and is reported', async () => {
  const queue = openQueue();
  await queue.queues.schedule('usage', hourly);
  const key = queue.stored.key('schedules', 'acme');
  await queue.stored.client.hset(key, 'usage', '1 0 0 1\n{"moon":"full"}\n{}');
  await queue.stored.client.zadd(queue.stored.key('slots'), 1, 'acme usage');
  const listen = listener();
  await send(queue, listen);
  expect(listen.refused).toHaveLength(1);
  expect(await queue.stored.hash('schedules', 'acme')).toHaveProperty('usage');
});
