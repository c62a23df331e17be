import { defineAction, type DomainAction } from '@nooble/models';
import { createBroker, DomainQueueManager, type QueueManagerOptions } from '@nooble/queue';
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { connect, type Outbox, type OutboxOptions, type Persistence } from '../src/index.ts';
import { openClient, testDatabase } from './databases.ts';

const ask = defineAction('query.ask', { data: z.object({ text: z.string() }) });

interface Setting {
  readonly url: string;
  readonly client: Client;
  readonly persistence: Persistence;
  readonly queues: DomainQueueManager;
  readonly outbox: Outbox;
  readonly errors: unknown[];
}

async function openSetting(
  given: Partial<QueueManagerOptions> = {},
  options: Partial<OutboxOptions> = {},
): Promise<Setting> {
  const url = await testDatabase();
  const persistence = connect({ url });
  onTestFinished(async () => persistence.close());
  const queues = new DomainQueueManager({
    redis: inject('redisUrl'),
    prefix: randomUUID(),
    ...given,
  });
  onTestFinished(async () => queues.close());
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const outbox = persistence.outbox({ queues, onError, ...options });
  onTestFinished(async () => outbox.stop());
  return { url, client: await openClient(url), persistence, queues, outbox, errors };
}

/** Runs one action to its end. */
async function runOne({ redis, prefix }: DomainQueueManager): Promise<void> {
  const broker = createBroker({ domain: 'query', redis, prefix });
  const { claimed } = await broker.claim({ slots: 1 });
  const outcome = { status: 'done', result: null } as const;
  await broker.settle(claimed.map((each) => ({ claimed: each, outcome })));
  await broker.close();
}

function actionOf(text: string, fields: object = {}) {
  return ask.create({ tenantId: 'acme', tenantTier: 'free', data: { text }, ...fields });
}

async function texts({ queues }: Setting, tenantId = 'acme'): Promise<string[]> {
  const { actions } = await queues.list({
    domain: 'query',
    tenantId,
    state: 'waiting',
    limit: 500,
  });
  return actions.map(textOf);
}

function textOf({ action }: { readonly action?: DomainAction }): string {
  return (action as DomainAction<{ text: string }> | undefined)?.data.text ?? '';
}

async function empty({ outbox }: Setting): Promise<void> {
  await vi.waitFor(async () => expect((await outbox.stats()).pending).toBe(0), { timeout: 20_000 });
}

it('sends the actions of committed transactions, and none of those that are rolled back', async () => {
  const setting = await openSetting();
  const { client, outbox } = setting;
  outbox.start();
  await client.query('BEGIN');
  await outbox.enqueueIn(client, actionOf('rolled back'));
  await client.query('ROLLBACK');
  await client.query('BEGIN');
  const receipt = await outbox.enqueueIn(client, actionOf('committed'));
  expect(await texts(setting)).toEqual([]);
  await client.query('COMMIT');
  await vi.waitFor(async () => expect(await texts(setting)).toEqual(['committed']));
  expect(receipt).toMatchObject({ domain: 'query', tenantId: 'acme' });
  await empty(setting);
  expect((await client.query('SELECT FROM nooble.outbox')).rowCount).toBe(0);
});

it('accepts any object with a method query', async () => {
  const setting = await openSetting();
  const { client, outbox } = setting;
  const transaction = {
    query: async (text: string, values: unknown[]) => client.query(text, values),
  };
  await outbox.enqueueIn(transaction, actionOf('through a wrapper'));
  expect((await outbox.stats()).due).toBe(1);
  await expect(outbox.enqueueIn({} as never, actionOf('x'))).rejects.toThrow(RangeError);
});

it('refuses at once what enqueue refuses without Redis, and the transaction stays usable', async () => {
  const directory = { resolve: () => ({ tier: 'free' as const }) };
  const { client, outbox } = await openSetting({ directory, maxPayloadBytes: 1_024 });
  await client.query('BEGIN');
  const refused = [
    outbox.enqueueIn(client, actionOf('x', { tenantTier: 'enterprise' })),
    outbox.enqueueIn(client, actionOf('x'.repeat(4_000))),
    outbox.enqueueIn(client, actionOf('x'), { cost: -1 }),
  ];
  const codes = (await Promise.allSettled(refused)).map(
    (each) => each.status === 'rejected' && (each.reason as { code: string }).code,
  );
  expect(codes).toEqual(['TENANT_MISMATCH', 'PAYLOAD_TOO_LARGE', 'INVALID_ACTION']);
  await outbox.enqueueIn(client, actionOf('fine'));
  await client.query('COMMIT');
  expect((await outbox.stats()).pending).toBe(1);
});

it('admits an action once, although a relay dies after the admission and the action has ended', async () => {
  const setting = await openSetting();
  const { client, outbox, queues } = setting;
  const action = actionOf('once');
  const { id } = await outbox.enqueueIn(client, action);
  // The state that a relay leaves that is killed before its commit.
  const { key } = (await client.query('SELECT key FROM nooble.outbox WHERE id = $1', [id])).rows[0];
  await queues.enqueue(action, { idempotencyKey: `outbox:${key}` });
  await runOne(queues);
  outbox.start();
  await empty(setting);
  expect(await texts(setting)).toEqual([]);
});

it('keeps the order of a sequence with several relays', async () => {
  const setting = await openSetting(
    { tiers: { free: { perMinute: null, perDay: null, maxDepth: null } } },
    { batchSize: 7 },
  );
  const { client, outbox, persistence, queues } = setting;
  const others = [1, 2].map(() => persistence.outbox({ queues, batchSize: 7 }));
  for (let at = 0; at < 120; at += 1) {
    const sequence = `s${at % 2}`;
    await outbox.enqueueIn(client, actionOf(`${sequence} ${at}`, { sequence }));
  }
  for (const each of [outbox, ...others]) each.start();
  onTestFinished(async () => void (await Promise.all(others.map(async (each) => each.stop()))));
  await empty(setting);
  const { actions } = await queues.list({
    domain: 'query',
    tenantId: 'acme',
    state: 'waiting',
    limit: 500,
  });
  const arrived = actions.map(textOf);
  for (const sequence of ['s0', 's1']) {
    const own = arrived.filter((text) => text.startsWith(sequence));
    const numbers = own.map((text) => Number(text.split(' ')[1]));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
  expect(setting.errors).toEqual([]);
});

it('puts actions off until the retry-after of a limit, without delaying other tenants', async () => {
  const setting = await openSetting({ tiers: { free: { perMinute: 2, onLimit: 'reject' } } });
  const { client, outbox } = setting;
  for (let at = 0; at < 20; at += 1) await outbox.enqueueIn(client, actionOf(`acme ${at}`));
  await outbox.enqueueIn(client, actionOf('other', { tenantId: 'other' }));
  outbox.start();
  await vi.waitFor(async () => expect(await texts(setting, 'other')).toEqual(['other']));
  await vi.waitFor(async () => expect(await outbox.stats()).toMatchObject({ pending: 18, due: 0 }));
  expect(await texts(setting)).toHaveLength(2);
  const { rows } = await client.query(
    `SELECT due_at > now() + interval '30 s' AS waits, error IS NOT NULL AS explained
     FROM nooble.outbox WHERE error IS NOT NULL`,
  );
  expect(rows[0]).toEqual({ waits: true, explained: true });
});

it('records permanent refusals with their error, for retry and discard', async () => {
  let tier: 'free' | 'enterprise' = 'free';
  const directory = { resolve: () => ({ tier }) };
  const setting = await openSetting({ directory });
  const { client, outbox } = setting;
  await outbox.enqueueIn(client, actionOf('first'));
  await outbox.enqueueIn(client, actionOf('second'));
  tier = 'enterprise';
  outbox.start();
  await vi.waitFor(async () => expect((await outbox.stats()).refused).toBe(2));
  const [first, second] = await outbox.refused({ tenantId: 'acme' });
  expect(first?.error).toMatchObject({ code: 'TENANT_MISMATCH' });
  tier = 'free';
  expect(await outbox.retry([first?.id ?? ''])).toBe(1);
  expect(await outbox.discard([second?.id ?? ''])).toBe(1);
  await empty(setting);
  await vi.waitFor(async () => expect(await texts(setting)).toEqual(['first']));
  expect(await outbox.refused()).toEqual([]);
});

it('does not trust a row: an envelope of another tenant is refused', async () => {
  const setting = await openSetting();
  const { client, outbox } = setting;
  await outbox.enqueueIn(client, actionOf('forged', { tenantId: 'victim' }));
  await client.query(`UPDATE nooble.outbox SET tenant_id = 'attacker'`);
  outbox.start();
  await vi.waitFor(async () => expect((await outbox.stats()).refused).toBe(1));
  expect(await texts(setting, 'victim')).toEqual([]);
});

it('keeps admitted rows for a time where that is wanted', async () => {
  const setting = await openSetting({}, { retainMs: 60_000 });
  const { client, outbox } = setting;
  await outbox.enqueueIn(client, actionOf('kept'));
  outbox.start();
  await empty(setting);
  const { rows } = await client.query('SELECT state FROM nooble.outbox');
  expect(rows).toEqual([{ state: 'done' }]);
});

it('continues after PostgreSQL has ended its connections', async () => {
  const setting = await openSetting({}, { pollMs: 50 });
  const { client, outbox } = setting;
  outbox.start();
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await outbox.enqueueIn(client, actionOf('afterwards'));
  await vi.waitFor(async () => expect(await texts(setting)).toEqual(['afterwards']), {
    timeout: 10_000,
  });
});
