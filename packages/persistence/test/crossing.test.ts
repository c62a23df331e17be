import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { setTenant } from '../src/index.ts';
import { openClient, testDatabase } from './databases.ts';

/** Ids that SQL built from text would not survive. */
const HOSTILE = [
  `x' OR '1'='1`,
  `x'; DROP TABLE nooble.tenants; --`,
  `x"`,
  `$1`,
  `\\'; --`,
  `%`,
  `{acme}`,
  `acme\u2028`,
  ``,
];

let url: string;

beforeAll(async () => {
  url = await testDatabase();
  const client = await connected();
  await client.query(`INSERT INTO nooble.plans (name, tier) VALUES ('basic', 'free')`);
  for (const tenantId of ['acme', 'other', ...HOSTILE.filter((each) => each !== '')]) {
    const row = [tenantId, 'query', 'a1', '{}', '{}'];
    await client.query('INSERT INTO nooble.tenants (tenant_id, plan) VALUES ($1, $2)', [
      tenantId,
      'basic',
    ]);
    await client.query(
      'INSERT INTO nooble.outbox (tenant_id, domain, action_id, envelope, options) VALUES ($1, $2, $3, $4, $5)',
      row,
    );
  }
  await client.end();
});

async function connected(): Promise<Client> {
  const { Client: PgClient } = await import('pg');
  const client = new PgClient({ connectionString: url });
  await client.connect();
  return client;
}

/** Opens a transaction of a role, which ends with the test. */
async function act(role: string, tenantId?: string): Promise<Client> {
  const client = await openClient(url);
  await client.query(`BEGIN; SET LOCAL ROLE ${role}`);
  if (tenantId !== undefined) await setTenant(client, tenantId);
  return client;
}

async function tenantsIn(client: Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ tenant_id: string }>(
    `SELECT DISTINCT tenant_id FROM nooble.${table}`,
  );
  return rows.map((row) => row.tenant_id).toSorted();
}

describe.each(['outbox', 'tenants'])('the table %s', (table) => {
  it('shows the role app the rows of its tenant only', async () => {
    expect(await tenantsIn(await act('nooble_app', 'acme'), table)).toEqual(['acme']);
    expect(await tenantsIn(await act('nooble_app', 'nobody'), table)).toEqual([]);
    expect(await tenantsIn(await act('nooble_app'), table)).toEqual([]);
  });

  it.each(HOSTILE)('shows the role app nothing else for the tenant %j', async (tenantId) => {
    const expected = tenantId === '' ? [] : [tenantId];
    expect(await tenantsIn(await act('nooble_app', tenantId), table)).toEqual(expected);
  });

  it('shows writer and operator all rows, and its owner none', async () => {
    const all = await tenantsIn(await act('nooble_writer'), table);
    expect(all).toContain('other');
    expect(await tenantsIn(await act('nooble_operator'), table)).toEqual(all);
    expect(await tenantsIn(await act('nooble_owner'), table)).toEqual([]);
  });

  it.each(['nooble_app', 'nooble_operator'])('lets %s change and delete nothing', async (role) => {
    for (const statement of [
      `UPDATE nooble.${table} SET tenant_id = 'x'`,
      `DELETE FROM nooble.${table}`,
      `TRUNCATE nooble.${table} CASCADE`,
    ]) {
      const client = await act(role, 'acme');
      await expect(client.query(statement)).rejects.toThrow('permission denied');
    }
  });

  it('is closed to a user without a role', async () => {
    const client = await openClient(url);
    await client.query(`BEGIN; CREATE ROLE outsider; SET LOCAL ROLE outsider`);
    await expect(client.query(`SELECT FROM nooble.${table}`)).rejects.toThrow('permission denied');
  });
});

it('lets the role app store actions of its tenant only, and choose no column that a relay trusts', async () => {
  const columns = 'tenant_id, domain, action_id, envelope, options';
  const own = await act('nooble_app', 'acme');
  const values = `'acme', 'query', 'a2', '{}', '{}'`;
  await own.query(`INSERT INTO nooble.outbox (${columns}) VALUES (${values})`);
  const foreign = await act('nooble_app', 'acme');
  await expect(
    foreign.query(
      `INSERT INTO nooble.outbox (${columns}) VALUES ('other', 'query', 'a2', '{}', '{}')`,
    ),
  ).rejects.toThrow('row-level security');
  const stateful = await act('nooble_app', 'acme');
  await expect(
    stateful.query(`INSERT INTO nooble.outbox (${columns}, state) VALUES (${values}, 'done')`),
  ).rejects.toThrow('permission denied');
});

it('keeps the tenant of a transaction no longer than the transaction', async () => {
  const client = await openClient(url);
  await client.query('BEGIN');
  await setTenant(client, 'acme');
  await client.query('COMMIT');
  await client.query('BEGIN; SET LOCAL ROLE nooble_app');
  expect(await tenantsIn(client, 'tenants')).toEqual([]);
});
