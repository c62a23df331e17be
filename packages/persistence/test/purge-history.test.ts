import { expect, it } from 'vitest';
import { openClient } from './databases.ts';
import { DOMAIN, openRecorded } from './recorded-queue.ts';

const PATIENT = { timeout: 20_000 };
const failure = { code: 'INTERNAL', message: 'boom', retryable: true, http_status: 500 };
const KEPT = { data: true, result: true } as const;

/** Returns the number of rows of a tenant by table, without empty tables. */
async function rowsOf(database: string, tenantId: string): Promise<Record<string, number>> {
  const client = await openClient(database);
  const found: Record<string, number> = {};
  for (const table of ['endings', 'usage_daily', 'dead_letters', 'refused_endings']) {
    const text = `SELECT count(*)::int AS count FROM nooble.${table} WHERE tenant_id = $1`;
    const { rows } = await client.query<{ count: number }>(text, [tenantId]);
    if (rows[0]?.count) found[table] = rows[0].count;
  }
  return found;
}

it('purges endings that no recorder has stored, and keeps the backlog of other tenants', async () => {
  const { database, persistence, queues, finish, cancelMany, record, backlog } =
    await openRecorded(KEPT);
  await finish({ tenantId: 'acme' }, { status: 'dead', error: failure });
  await finish({ tenantId: 'acme' }, { status: 'done', result: 1 });
  await cancelMany(300, { tenantId: 'other' });
  await cancelMany(250, { tenantId: 'acme' });
  const before = (await queues.stats(DOMAIN)).history;
  const report = await persistence.purgeTenant('acme', { queues });
  expect(report).toMatchObject({ isComplete: true, redis: { endings: 252, left: { endings: 0 } } });
  const after = (await queues.stats(DOMAIN)).history;
  expect([before?.entries, after?.entries]).toEqual([552, 300]);
  record();
  await expect.poll(backlog, PATIENT).toBe(0);
  expect((await queues.stats(DOMAIN)).history?.bytes).toBe(0);
  expect(await rowsOf(database, 'acme')).toEqual({});
  expect(await rowsOf(database, 'other')).toEqual({ endings: 300, usage_daily: 1 });
});

it('does not store what a recorder had received before the purge, and stores what ends later', async () => {
  const { database, persistence, queues, finish, cancelMany, record, backlog } =
    await openRecorded(KEPT);
  await cancelMany(3, { tenantId: 'acme' });
  await finish({ tenantId: 'acme' }, { status: 'dead', error: failure });
  const [received] = await queues.endings(DOMAIN).read();
  const [first] = received?.entries ?? [];
  expect(received?.entries).toHaveLength(4);
  await persistence.purgeTenant('acme', { queues });
  expect(await backlog()).toBe(0);
  await persistence.tenants.putPlan({ name: 'basic', tier: 'free' });
  await persistence.tenants.put({ tenantId: 'acme', plan: 'basic' });
  await finish({ tenantId: 'acme' }, { status: 'done', result: 1 });
  const entries = received?.entries.map((entry) =>
    entry === first ? { ...entry, endedMs: 9e15 } : entry,
  );
  const late = { ...received!, entries: entries ?? [], done: async () => Promise.resolve() };
  let isRead = false;
  const held = {
    endings: () => ({
      read: async () => (isRead ? queues.endings(DOMAIN).read() : ((isRead = true), [late])),
    }),
  };
  const recorder = record({ queues: held as never });
  await expect.poll(backlog, PATIENT).toBe(0);
  await recorder.stop();
  expect(recorder.health().recorded).toEqual({ endings: 1, refused: 0, purged: 4, missing: 0 });
  expect(await rowsOf(database, 'acme')).toEqual({ endings: 1, usage_daily: 1 });
});

it('exports endings that no recorder has stored', async () => {
  const { persistence, queues, cancelMany } = await openRecorded(KEPT);
  await cancelMany(250, { tenantId: 'acme' });
  await cancelMany(250, { tenantId: 'other' });
  const tenants: unknown[] = [];
  for await (const { kind, value } of persistence.exportTenant('acme', { queues })) {
    if (kind === 'unrecorded') tenants.push((value as { tenantId: string }).tenantId);
  }
  expect(tenants).toEqual(Array.from({ length: 250 }, () => 'acme'));
});
