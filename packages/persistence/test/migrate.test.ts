import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PostgresUnavailableError } from '@nooble/errors';
import { freePort } from '@nooble/servers';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '../src/embedded.ts';
import { migrate } from '../src/index.ts';
import { emptyDatabase, openClient } from './databases.ts';

const execute = promisify(execFile);

it('migrates an empty database up, then has nothing to do', async () => {
  const url = await emptyDatabase();
  expect(await migrate({ url })).toContain('0001_roles');
  expect(await migrate({ url })).toEqual([]);
});

it('migrates down to an empty schema, and up again', async () => {
  const url = await emptyDatabase();
  const names = await migrate({ url });
  expect(await migrate({ url, direction: 'down', count: names.length })).toEqual(
    names.toReversed(),
  );
  const client = await openClient(url);
  const left = await client.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'nooble'::regnamespace AND relkind = 'r'`,
  );
  expect(left.rows).toEqual([{ relname: 'migrations' }]);
  expect(await migrate({ url })).toEqual(names);
});

it('lets several processes migrate at the same time, in the same and in other databases', async () => {
  const urls = [await emptyDatabase(), await emptyDatabase()];
  const runs = await Promise.all([...urls, ...urls, ...urls].map(async (url) => migrate({ url })));
  const counts = runs.map((names) => names.length).toSorted((a, b) => a - b);
  expect(counts.slice(0, 4)).toEqual([0, 0, 0, 0]);
  expect(counts[4]).toBeGreaterThan(0);
  expect(counts[5]).toBe(counts[4]);
});

it('continues after a migration that was interrupted', async () => {
  const url = await emptyDatabase();
  const client = await openClient(url);
  // A lock on which the migration waits in the middle of its transaction.
  await client.query('BEGIN; CREATE SCHEMA nooble');
  const running = migrate({ url });
  running.catch(() => undefined);
  const admin = await openClient(url);
  await expect
    .poll(async () => {
      const ended = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return ended.rowCount;
    })
    .toBe(1);
  await expect(running).rejects.toThrow(PostgresUnavailableError);
  await client.query('ROLLBACK');
  expect(await migrate({ url })).toContain('0001_roles');
});

const CREATE_CONFLICT = `
  CREATE SCHEMA nooble;
  CREATE FUNCTION nooble.current_tenant() RETURNS text LANGUAGE sql RETURN '';`;

it('leaves nothing behind when a migration fails', async () => {
  const url = await emptyDatabase();
  const client = await openClient(url);
  await client.query(CREATE_CONFLICT);
  await expect(migrate({ url })).rejects.toThrow('already exists');
  const owner = `SELECT pg_get_userbyid(nspowner) AS name FROM pg_namespace WHERE nspname = 'nooble'`;
  expect((await client.query(owner)).rows).toEqual([{ name: 'postgres' }]);
  await client.query('DROP FUNCTION nooble.current_tenant');
  expect(await migrate({ url })).toContain('0001_roles');
});

it('does not show the password of a server that is away', async () => {
  const url = `postgres://admin:hunter2@127.0.0.1:${await freePort()}/app`;
  const error = await migrate({ url }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PostgresUnavailableError);
  expect((error as Error).message).toContain('admin:***@127.0.0.1');
  expect((error as Error).message).toContain('ECONNREFUSED');
  expect(JSON.stringify(error)).not.toContain('hunter2');
});

it('migrates from the command line, and explains its options', async () => {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const help = await execute(process.execPath, [cli, '--help']);
  expect(help.stdout).toContain('--down');
  const url = await emptyDatabase();
  const up = await execute(process.execPath, [cli, 'migrate', '--url', url]);
  expect(up.stdout).toContain('up 0001_roles');
  const env = { ...process.env, DATABASE_URL: url };
  const down = await execute(process.execPath, [cli, 'migrate', '--down'], { env });
  expect(down.stdout).toMatch(/^down /);
  await expect(execute(process.execPath, [cli, 'migrat'])).rejects.toMatchObject({ code: 2 });
});

it('lets a user migrate that may create roles and owns the database, and is no superuser', async () => {
  const server = await startEmbeddedPostgres();
  onTestFinished(async () => server.stop());
  const admin = await openClient(server.url);
  await admin.query(`CREATE ROLE migrator LOGIN CREATEROLE PASSWORD 'm'`);
  await admin.query('CREATE DATABASE app OWNER migrator');
  const url = new URL(server.url);
  [url.username, url.password, url.pathname] = ['migrator', 'm', '/app'];
  const names = await migrate({ url: url.href });
  const down = await migrate({ url: url.href, direction: 'down', count: names.length });
  expect(down).toEqual(names.toReversed());
  expect(await migrate({ url: url.href })).toEqual(names);
});
