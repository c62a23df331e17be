import { TenantDirectoryError } from '@nooble/errors';
import { randomUUID } from 'node:crypto';
import { DomainQueueManager } from '@nooble/queue';
import { defineAction } from '@nooble/models';
import type { Client } from 'pg';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { connect, type ConnectOptions, type Persistence } from '../src/index.ts';
import { openClient, testDatabase } from './databases.ts';

async function openPersistence(
  options: Partial<ConnectOptions> = {},
): Promise<{ persistence: Persistence; client: Client }> {
  const url = await testDatabase();
  const persistence = connect({ url, onWarning: () => undefined, ...options });
  onTestFinished(async () => persistence.close());
  return { persistence, client: await openClient(url) };
}

it('resolves the plan of a tenant, with what differs for the tenant', async () => {
  const { persistence } = await openPersistence();
  const { tenants, directory } = persistence;
  await tenants.putPlan({
    name: 'pro',
    tier: 'professional',
    weight: 2,
    limits: { perMinute: 100, maxDepth: null },
  });
  await tenants.put({ tenantId: 'acme', plan: 'pro', limits: { perMinute: 7 } });
  expect(await directory.resolve('acme')).toEqual({
    tier: 'professional',
    weight: 2,
    limits: { perMinute: 7, maxDepth: null },
    suspended: false,
  });
  expect(await directory.resolve('nobody')).toBeUndefined();
  expect(await tenants.get('acme')).toMatchObject({ plan: 'pro', limits: { perMinute: 7 } });
  expect((await tenants.list()).map(({ tenantId }) => tenantId)).toEqual(['acme']);
});

it('is the directory of a manager, which follows a suspension in another process', async () => {
  const { persistence, client } = await openPersistence();
  const { tenants, directory } = persistence;
  const queues = new DomainQueueManager({
    redis: inject('redisUrl'),
    prefix: randomUUID(),
    directory,
  });
  onTestFinished(async () => queues.close());
  const ask = defineAction('query.ask', { data: z.string() });
  await tenants.putPlan({ name: 'basic', tier: 'free' });
  await tenants.put({ tenantId: 'acme', plan: 'basic' });
  const acme = queues.tenant({ tenantId: 'acme' });
  await acme.enqueue(ask, 'accepted');
  await client.query(`UPDATE nooble.tenants SET suspended = true`);
  await vi.waitFor(async () =>
    expect(await acme.enqueue(ask, 'refused').catch(({ code }) => code)).toBe('TENANT_MISMATCH'),
  );
});

it('reads concurrent tenants in one statement, and each once', async () => {
  const { persistence, client } = await openPersistence();
  await persistence.tenants.putPlan({ name: 'basic', tier: 'free' });
  const ids = Array.from({ length: 50 }, (_, at) => `tenant-${at}`);
  for (const tenantId of ids) await persistence.tenants.put({ tenantId, plan: 'basic' });
  const found = await Promise.all(
    [...ids, ...ids].map(async (id) => persistence.directory.resolve(id)),
  );
  expect(found.filter((entry) => entry?.tier === 'free')).toHaveLength(100);
  expect((await client.query('SELECT 1')).rowCount).toBe(1);
});

it('drops changed entries of plans and tenants from the cache', async () => {
  const { persistence, client } = await openPersistence();
  const { tenants, directory } = persistence;
  await tenants.putPlan({ name: 'basic', tier: 'free' });
  await tenants.put({ tenantId: 'acme', plan: 'basic' });
  await tenants.put({ tenantId: 'other', plan: 'basic' });
  const tierOf = async (tenantId: string) => (await directory.resolve(tenantId))?.tier;
  expect(await tierOf('acme')).toBe('free');
  await client.query(`UPDATE nooble.plans SET tier = 'enterprise'`);
  await vi.waitFor(async () => expect(await tierOf('acme')).toBe('enterprise'));
  await client.query(`DELETE FROM nooble.tenants WHERE tenant_id = 'acme'`);
  await vi.waitFor(async () => expect(await tierOf('acme')).toBeUndefined());
  expect(await tierOf('other')).toBe('enterprise');
});

it('refuses invalid terms when they are stored, and when they are read', async () => {
  const { persistence, client } = await openPersistence();
  const { tenants, directory } = persistence;
  await expect(tenants.putPlan({ name: 'bad', tier: 'gold' as never })).rejects.toThrow(RangeError);
  await expect(
    tenants.putPlan({ name: 'bad', tier: 'free', limits: { perMinute: -1 } }),
  ).rejects.toThrow('limits.perMinute');
  await expect(tenants.put({ tenantId: 'acme', plan: 'missing' })).rejects.toThrow('no plan');
  await expect(tenants.put({ tenantId: `'; --`, plan: 'basic' })).rejects.toThrow('tenant id');
  await client.query(`INSERT INTO nooble.plans (name, tier, weight) VALUES ('odd', 'free', -1)`);
  await client.query(`INSERT INTO nooble.tenants (tenant_id, plan) VALUES ('acme', 'odd')`);
  await expect(directory.resolve('acme')).rejects.toThrow(TenantDirectoryError);
});

it('uses its cache while PostgreSQL is away, and says so for tenants that are not in it', async () => {
  const { persistence, client } = await openPersistence({
    directory: { maxAgeMs: 0, maxAgeAwayMs: 0 },
  });
  const { tenants, directory } = persistence;
  await tenants.putPlan({ name: 'basic', tier: 'free' });
  await tenants.put({ tenantId: 'acme', plan: 'basic' });
  expect(await directory.resolve('acme')).toMatchObject({ tier: 'free' });
  await client.query('ALTER TABLE nooble.tenants RENAME TO away');
  expect(await directory.resolve('acme')).toMatchObject({ tier: 'free' });
  await expect(directory.resolve('other')).rejects.toThrow(TenantDirectoryError);
});
