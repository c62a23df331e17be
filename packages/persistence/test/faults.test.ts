import type { DomainAction } from '@nooble/models';
import type { EndingsReader } from '@nooble/queue';
import type { Client } from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { migrate } from '../src/index.ts';
import { openClient } from './databases.ts';
import { actionOf, DOMAIN, openRecorded } from './recorded-queue.ts';

const PATIENT = { timeout: 20_000 };
const TENANT = { domain: DOMAIN, tenantId: 'sender', state: 'waiting' } as const;

/** A recorder and a relay that have worked, with their errors. */
async function openWorking() {
  const setting = await openRecorded({}, undefined, { statementTimeoutMs: 500 });
  const { database, queues, persistence, cancelMany, record, backlog } = setting;
  const client = await openClient(database);
  const errors: string[] = [];
  const onError = (error: unknown): void => void errors.push((error as { code: string }).code);
  const recorder = record({ onError });
  const outbox = persistence.outbox({ queues, onError, pollMs: 20 });
  outbox.start();
  onTestFinished(async () => outbox.stop());
  await cancelMany(1);
  await expect.poll(backlog, PATIENT).toBe(0);
  const send = async (by: Client, actionId: string): Promise<void> => {
    await outbox.enqueueIn(by, sent(actionId));
  };
  const arrived = async () => (await queues.list(TENANT)).actions.map((each) => each.actionId);
  const rows = async (table: string): Promise<unknown> =>
    (await client.query(`SELECT count(*)::int AS count FROM nooble.${table}`)).rows[0].count;
  return { ...setting, client, recorder, outbox, send, arrived, rows, errors };
}

function sent(actionId: string): DomainAction {
  return actionOf({ actionId, tenantId: 'sender' });
}

/** Ends all connections of the library, as the fault that it follows would. */
async function endConnections(client: Client): Promise<void> {
  await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'nooble'`);
}

it('waits while the disk is full, refuses enqueueIn, and then goes on: each once', async () => {
  const { client, recorder, outbox, cancelMany, backlog, send, arrived, rows } =
    await openWorking();
  await client.query(`
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON nooble.endings EXECUTE FUNCTION full_disk();
    CREATE TRIGGER full_disk BEFORE DELETE ON nooble.outbox EXECUTE FUNCTION full_disk();`);
  await cancelMany(5);
  await send(client, 'once');
  const waiting = () => recorder.health().waiting.get(DOMAIN);
  await expect.poll(waiting, PATIENT).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  expect((waiting() as Error).message).toContain('No space left on device');
  await expect.poll(() => outbox.health().failures, PATIENT).toBeGreaterThan(2);
  expect(outbox.health().error).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  expect(await backlog()).toBe(5);
  await client.query(
    'CREATE TRIGGER full_too BEFORE INSERT ON nooble.outbox EXECUTE FUNCTION full_disk()',
  );
  await expect(send(client, 'never')).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await client.query('DROP FUNCTION full_disk CASCADE');
  await expect.poll(backlog, PATIENT).toBe(0);
  await expect.poll(async () => rows('outbox'), PATIENT).toBe(0);
  expect([await rows('endings'), await rows('refused_endings')]).toEqual([6, 0]);
  expect(await arrived()).toEqual(['once']);
  expect(outbox.health().error).toBeUndefined();
});

it('waits while PostgreSQL is read-only, and goes on with new connections', async () => {
  const { database, client, persistence, recorder, outbox, cancelMany, backlog, send, arrived } =
    await openWorking();
  await persistence.tenants.putPlan({ name: 'basic', tier: 'free' });
  await persistence.tenants.put({ tenantId: 'acme', plan: 'basic' });
  await send(client, 'before');
  await expect.poll(arrived, PATIENT).toEqual(['before']);
  const name = new URL(database).pathname.slice(1);
  await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await endConnections(client);
  await cancelMany(5);
  await send(client, 'meanwhile');
  const reasons = () =>
    [recorder.health().waiting.get(DOMAIN), outbox.health().error].map(
      (error) => (error as Error | undefined)?.message,
    );
  const readOnly = expect.stringContaining('in a read-only transaction');
  await expect.poll(reasons, PATIENT).toEqual([readOnly, readOnly]);
  const reader = await openClient(database);
  await expect(send(reader, 'never')).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  expect(await persistence.directory.resolve('acme')).toMatchObject({ tier: 'free' });
  const change = persistence.tenants.put({ tenantId: 'acme', plan: 'basic' });
  await expect(change).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
  await expect.poll(backlog, PATIENT).toBe(0);
  await expect.poll(arrived, PATIENT).toEqual(['before', 'meanwhile']);
});

it('waits for a lock that is held long with two batches in memory, and goes on', async () => {
  const { client, queues, persistence, cancelMany, record, backlog, errors } = await openWorking();
  const { directory, tenants } = persistence;
  await tenants.putPlan({ name: 'basic', tier: 'free' });
  await tenants.put({ tenantId: 'known', plan: 'basic' });
  expect(await directory.resolve('known')).toBeDefined();
  await client.query('BEGIN');
  await client.query('LOCK TABLE nooble.endings, nooble.outbox, nooble.tenants');
  let held = 0;
  const counting = (reader: EndingsReader) => ({
    read: async (...options: Parameters<EndingsReader['read']>) => {
      const batches = await reader.read(...options);
      for (const { entries } of batches) held += entries.length;
      return batches;
    },
  });
  const slow = record({
    queues: { endings: (domain: string) => counting(queues.endings(domain)) } as never,
    batchSize: 10,
    onError: (error) => errors.push((error as { code: string }).code),
  });
  await cancelMany(60);
  await expect
    .poll(() => slow.health().waiting.get(DOMAIN), PATIENT)
    .toMatchObject({
      code: 'POSTGRES_UNAVAILABLE',
      message: expect.stringContaining('statement timeout'),
    });
  await expect.poll(() => errors.length, PATIENT).toBeGreaterThan(4);
  expect(held).toBeLessThanOrEqual(20);
  expect(new Set(errors)).toEqual(new Set(['POSTGRES_UNAVAILABLE']));
  expect(await directory.resolve('known')).toMatchObject({ tier: 'free' });
  const unknown = directory.resolve('unknown');
  await expect(unknown).rejects.toMatchObject({ code: 'TENANT_DIRECTORY' });
  await client.query('ROLLBACK');
  await expect.poll(backlog, PATIENT).toBe(0);
  expect(await directory.resolve('unknown')).toBeUndefined();
});

it('says what to do while the database is older than the library, and goes on once it is migrated', async () => {
  const { database, client, recorder, outbox, cancelMany, backlog, send, arrived, rows } =
    await openWorking();
  const all = (await client.query('SELECT name FROM nooble.migrations')).rowCount ?? 0;
  await outbox.stop();
  await migrate({ url: database, direction: 'down', count: all - 1 });
  outbox.start();
  await cancelMany(5);
  const waiting = () => [recorder.health().waiting.get(DOMAIN), outbox.health().error];
  const setup = { code: 'POSTGRES_SETUP', message: expect.stringContaining('does not exist') };
  await expect.poll(waiting, PATIENT).toMatchObject([setup, setup]);
  await expect(send(client, 'never')).rejects.toMatchObject({ code: 'POSTGRES_SETUP' });
  expect(await backlog()).toBe(5);
  await migrate({ url: database });
  await expect.poll(backlog, PATIENT).toBe(0);
  expect([await rows('endings'), await rows('refused_endings')]).toEqual([5, 0]);
  await send(client, 'afterwards');
  await expect.poll(arrived, PATIENT).toEqual(['afterwards']);
});

it('stores endings of a day whose partition was dropped', async () => {
  const { client, cancelMany, backlog, rows } = await openWorking();
  await client.query("SELECT nooble.drop_endings_before('2999-01-01')");
  await cancelMany(5);
  await expect.poll(backlog, PATIENT).toBe(0);
  expect([await rows('endings'), await rows('refused_endings')]).toEqual([5, 0]);
});

/** Columns of the first release whose recorder stored usage and dead letters. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  endings:
    `day domain action_id token tenant_id tier action_type ending task_id session_id parent_action_id trace_id admitted_at
    first_claim_at ended_at attempts stalls redrives cost running_us error_code error_message data result problem`.split(
      /\s+/,
    ),
  usage_daily:
    `tenant_id day domain action_type tier done dead expired cancelled attempts stalls cost running_us`.split(
      ' ',
    ),
  dead_letters:
    `domain action_id token tenant_id action_type died_at attempts redrives error envelope`.split(
      ' ',
    ),
  refused_endings: `domain partition entry_id action_id token tenant_id reason entry`.split(' '),
  history_gaps:
    `domain partition entry_id first_ended_at first_action_id last_ended_at last_action_id endings bytes`.split(
      ' ',
    ),
  outbox: `tenant_id domain action_id sequence envelope options`.split(' '),
};

it('has only columns that an older library may omit, and all that it writes', async () => {
  const { client } = await openWorking();
  for (const [table, written] of Object.entries(FIRST)) {
    const { rows: columns } = await client.query<{ name: string; required: boolean }>(
      `SELECT column_name AS name, is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AS required
       FROM information_schema.columns WHERE table_schema = 'nooble' AND table_name = $1`,
      [table],
    );
    const names = columns.map(({ name }) => name);
    const required = columns.filter((each) => each.required).map(({ name }) => name);
    expect(
      written.filter((name) => !names.includes(name)),
      table,
    ).toEqual([]);
    expect(
      required.filter((name) => !written.includes(name)),
      table,
    ).toEqual([]);
  }
});
