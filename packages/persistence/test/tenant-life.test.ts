import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAction } from '@nooble/models';
import { createBroker, DomainQueueManager } from '@nooble/queue';
import type { ClaimedAction, Outcome, QueueBroker } from '@nooble/queue';
import type { Client } from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { connect, exportFileName, type ExportedLine, type Persistence } from '../src/index.ts';
import { openClient, testDatabase } from './databases.ts';

const ask = defineAction('query.ask', { data: z.object({ text: z.string() }) });
const embed = defineAction('embedding.generate', { data: z.object({ text: z.string() }) });

interface Setting {
  readonly persistence: Persistence;
  readonly queues: DomainQueueManager;
  readonly client: Client;
}

async function openSetting(): Promise<Setting> {
  const url = await testDatabase();
  const persistence = connect({ url });
  onTestFinished(async () => persistence.close());
  const queues = new DomainQueueManager({
    redis: inject('redisUrl'),
    prefix: randomUUID(),
    tiers: { free: { perMinute: 1_000, maxDepth: null } },
  });
  onTestFinished(async () => queues.close());
  return { persistence, queues, client: await openClient(url) };
}

/** Leaves data of every kind: waiting, delayed, blocked, dead and kept actions, schedules, limits, keys, and rows. */
async function fill(setting: Setting, ...tenantIds: readonly string[]): Promise<void> {
  await setting.persistence.tenants.putPlan({ name: 'basic', tier: 'free' });
  for (const tenantId of tenantIds) await endTwo(setting, tenantId);
  for (const tenantId of tenantIds) await leave(setting, tenantId);
}

function fieldsOf(tenantId: string) {
  return { tenantId, tenantTier: 'free', data: { text: `secret of ${tenantId}` } } as const;
}

/** Leaves an ending that is kept, and a dead letter. */
async function endTwo({ queues }: Setting, tenantId: string): Promise<void> {
  const fields = fieldsOf(tenantId);
  await queues.enqueue(ask.create(fields), { retainMs: 60_000, idempotencyKey: 'kept' });
  await queues.enqueue(ask.create(fields));
  const [done, dead] = await claimFrom(queues, 2);
  const error = { code: 'X', message: 'x', retryable: false, http_status: 500 };
  await settleIn(queues, done!, { status: 'done', result: 'kept' });
  await settleIn(queues, dead!, { status: 'dead', error });
}

async function leave({ persistence, queues, client }: Setting, tenantId: string): Promise<void> {
  const { data: input, ...sender } = fieldsOf(tenantId);
  await persistence.tenants.put({ tenantId, plan: 'basic' });
  const tenant = queues.tenant(sender);
  await tenant.enqueue(ask, input);
  await tenant.enqueue(ask, input, { delayMs: 3_600_000 });
  for (let at = 0; at < 5; at += 1) await tenant.enqueue(embed, input, { sequence: 's' });
  await queues.schedule('nightly', { definition: ask, ...sender, input, everyMs: 3_600_000 });
  const action = ask.create({ ...sender, data: input });
  await persistence.outbox({ queues }).enqueueIn(client, action);
}

function brokerOf({ redis, prefix }: DomainQueueManager): QueueBroker {
  const broker = createBroker({ domain: 'query', redis, prefix });
  onTestFinished(async () => broker.close());
  return broker;
}

async function claimFrom(queues: DomainQueueManager, slots: number): Promise<ClaimedAction[]> {
  return [...(await brokerOf(queues).claim({ slots })).claimed];
}

async function settleIn(
  queues: DomainQueueManager,
  claimed: ClaimedAction,
  outcome: Outcome,
): Promise<void> {
  await brokerOf(queues).settle([{ claimed, outcome }]);
}

async function linesOf(
  { persistence, queues }: Setting,
  tenantId: string,
): Promise<ExportedLine[]> {
  const lines: ExportedLine[] = [];
  for await (const line of persistence.exportTenant(tenantId, { queues })) lines.push(line);
  return lines;
}

it('purges a tenant from Redis and PostgreSQL, and nothing of another tenant', async () => {
  const setting = await openSetting();
  await fill(setting, 'acme', 'acme2');
  const before = await linesOf(setting, 'acme2');
  const report = await setting.persistence.purgeTenant('acme', { queues: setting.queues });
  expect(report).toMatchObject({
    isComplete: true,
    redis: { cancelled: 7, deadLetters: 1, schedules: 1, left: { actions: 0, keys: 0 } },
    deleted: { outbox: 1, tenants: 1 },
    left: { outbox: 0, tenants: 0 },
  });
  expect(await linesOf(setting, 'acme')).toEqual([]);
  expect(await linesOf(setting, 'acme2')).toEqual(before);
  expect(await leftIn(setting, 'acme')).toEqual([]);
});

/** Returns the keys of Redis that contain the tenant in their name, or in their fields and values. */
async function leftIn({ queues }: Setting, tenantId: string): Promise<string[]> {
  const client = queues.redis.command();
  const names = await client.keys(`${queues.prefix}:*`);
  const found: string[] = [];
  for (const name of names) {
    const text = JSON.stringify(await contentOf(client as never, name));
    if (new RegExp(`\\b${tenantId}\\b`).test(`${name} ${text}`)) found.push(name);
  }
  return found;
}

interface Reads {
  type(key: string): Promise<string>;
  get(key: string): Promise<unknown>;
  hgetall(key: string): Promise<unknown>;
  lrange(key: string, from: number, to: number): Promise<unknown>;
  zrange(key: string, from: number, to: number): Promise<unknown>;
  xrange(key: string, from: string, to: string): Promise<unknown>;
  smembers(key: string): Promise<unknown>;
}

async function contentOf(client: Reads, key: string): Promise<unknown> {
  const readers: Record<string, () => Promise<unknown>> = {
    string: async () => client.get(key),
    hash: async () => client.hgetall(key),
    list: async () => client.lrange(key, 0, -1),
    zset: async () => client.zrange(key, 0, -1),
    stream: async () => client.xrange(key, '-', '+'),
    set: async () => client.smembers(key),
  };
  return readers[await client.type(key)]?.();
}

it('purges again without harm, and a tenant that nobody knows', async () => {
  const setting = await openSetting();
  await fill(setting, 'acme');
  await setting.persistence.purgeTenant('acme', { queues: setting.queues });
  const again = await setting.persistence.purgeTenant('acme', { queues: setting.queues });
  expect(again).toMatchObject({ isComplete: true, redis: { cancelled: 0, keys: 0 } });
  const unknown = await setting.persistence.purgeTenant('nobody', { queues: setting.queues });
  expect(unknown.isComplete).toBe(true);
});

it('reports what still runs, and completes the purge once it has ended', async () => {
  const setting = await openSetting();
  const { queues, persistence } = setting;
  await fill(setting, 'acme');
  const claimed = await claimFrom(queues, 1);
  const report = await persistence.purgeTenant('acme', { queues, waitMs: 0 });
  expect(report).toMatchObject({ isComplete: false, redis: { left: { actions: 1 } } });
  await settleIn(queues, claimed[0]!, { status: 'cancelled' });
  expect(await persistence.purgeTenant('acme', { queues })).toMatchObject({ isComplete: true });
});

it('exports all data of a tenant as JSON lines to a file that only its user can read', async () => {
  const setting = await openSetting();
  await fill(setting, 'acme', 'other');
  const folder = await mkdtemp(join(tmpdir(), 'nooble-export-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const { persistence, queues } = setting;
  const path = await persistence.exportTenantTo(folder, 'acme', { queues });
  expect(await readdir(folder)).toEqual([exportFileName('acme')]);
  const text = await readFile(path, 'utf8');
  expect(text).not.toContain('secret of other');
  const kinds = text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as ExportedLine).kind);
  const count = (kind: string) => kinds.filter((each) => each === kind).length;
  expect(count('action')).toBe(8);
  expect([count('schedule'), count('ending'), count('outbox'), count('tenants')]).toEqual([
    1, 1, 1, 1,
  ]);
});

it('gives hostile and similar ids safe and different file names, and refuses invalid ids', async () => {
  const ids = [
    'acme',
    'Acme',
    'a..',
    'con',
    'a@b',
    'a-b',
    `a${'x'.repeat(127)}`,
    `a${'x'.repeat(126)}y`,
  ];
  const names = ids.map(exportFileName);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(ids.length);
  for (const name of names) expect(name).toMatch(/^tenant-[a-z0-9-]+\.jsonl$/);
  const { persistence, queues } = await openSetting();
  for (const id of ['../../etc/passwd', '', 'a/b', 'a\0', `'; DROP TABLE nooble.tenants; --`]) {
    await expect(persistence.purgeTenant(id, { queues })).rejects.toThrow('tenant id');
    await expect(persistence.exportTenantTo('/nonexistent', id, { queues })).rejects.toThrow(
      'tenant id',
    );
  }
});
