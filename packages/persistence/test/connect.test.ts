import { inspect } from 'node:util';
import { PostgresSetupError, PostgresUnavailableError } from '@nooble/errors';
import { freePort } from '@nooble/servers';
import { expect, it, onTestFinished } from 'vitest';
import { readConnecting } from '../src/connecting/options.ts';
import { Sessions } from '../src/connecting/sessions.ts';
import { connect, type Persistence } from '../src/index.ts';
import { emptyDatabase, openClient, serverUrl, testDatabase } from './databases.ts';

function open(url: string): Persistence {
  const persistence = connect({ url, onWarning: () => undefined });
  onTestFinished(async () => persistence.close());
  return persistence;
}

async function errorOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('It succeeded'),
    (error: unknown) => error as Error,
  );
}

it('reports a server that is away as unavailable, without its password', async () => {
  const persistence = open(`postgres://me:hunter2@127.0.0.1:${await freePort()}/app`);
  const error = await errorOf(persistence.tenants.plans());
  expect(error).toBeInstanceOf(PostgresUnavailableError);
  expect(error).toMatchObject({ httpStatus: 503, retryable: true });
  for (const text of [error.message, inspect(error), inspect(persistence, { depth: 9 })])
    expect(text).not.toContain('hunter2');
  expect(error.message).toContain('ECONNREFUSED');
});

it('reports missing tables and rights as a mistake of the setup, and what to do', async () => {
  const { kind } = PostgresSetupError;
  const missing = await errorOf(open(await emptyDatabase()).tenants.plans());
  expect(missing).toMatchObject({ code: kind.code, retryable: false });
  const url = await testDatabase();
  const admin = await openClient(url);
  await admin.query(`CREATE ROLE outsider_${process.pid} LOGIN PASSWORD 'x'`);
  onTestFinished(async () => void (await admin.query(`DROP ROLE outsider_${process.pid}`)));
  const stranger = new URL(url);
  [stranger.username, stranger.password] = [`outsider_${process.pid}`, 'x'];
  const refused = await errorOf(open(stranger.href).tenants.plans());
  expect(refused).toMatchObject({ code: kind.code });
  expect(refused.message).toContain('nooble_operator');
});

it('ends statements that take too long', async () => {
  const url = await testDatabase();
  const persistence = connect({ url, statementTimeoutMs: 100 });
  onTestFinished(async () => persistence.close());
  const blocker = await openClient(url);
  await blocker.query('BEGIN; LOCK TABLE nooble.plans IN ACCESS EXCLUSIVE MODE');
  const error = await errorOf(persistence.tenants.plans());
  expect(error).toBeInstanceOf(PostgresUnavailableError);
  await blocker.query('ROLLBACK');
  expect(await persistence.tenants.plans()).toEqual([]);
});

it('works for a user that is a member of the roles, and not a superuser', async () => {
  const url = new URL(await testDatabase());
  const admin = await openClient(url.href);
  const name = `service_${process.pid}`;
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'x'`);
  await admin.query(`GRANT nooble_writer, nooble_app, nooble_operator TO ${name}`);
  onTestFinished(async () => void (await admin.query(`DROP ROLE ${name}`)));
  [url.username, url.password] = [name, 'x'];
  const { tenants, directory } = open(url.href);
  await tenants.putPlan({ name: 'basic', tier: 'free' });
  await tenants.put({ tenantId: 'acme', plan: 'basic' });
  expect(await directory.resolve('acme')).toMatchObject({ tier: 'free' });
});

it('refuses invalid options, without the password of a URL', async () => {
  expect(() => connect({ url: 'mysql://me:hunter2@localhost/app' })).toThrow(
    'Cannot use "mysql://me:***@localhost/app" as url',
  );
  expect(() => connect({ url: 'postgres://localhost', connections: 0 })).toThrow(RangeError);
  expect(await serverUrl()).toContain('127.0.0.1');
});

it('fails the next statement of a transaction whose connection was lost between two statements, and nothing else', async () => {
  const url = await testDatabase();
  const sessions = new Sessions(readConnecting({ url, onWarning: () => undefined }));
  onTestFinished(async () => sessions.close());
  const admin = await openClient(url);
  const lost = sessions.transaction(
    { role: 'operator', attempted: 'read' },
    async (transaction) => {
      const [own] = await transaction.rows<{ pid: number }>({
        text: 'SELECT pg_backend_pid() AS pid',
      });
      await admin.query('SELECT pg_terminate_backend($1, 10000)', [own!.pid]);
      return transaction.rows({ text: 'SELECT 1' });
    },
  );
  expect(await errorOf(lost)).toBeInstanceOf(PostgresUnavailableError);
  const alive = sessions.rows({ role: 'operator', attempted: 'read' }, { text: 'SELECT 1' });
  expect(await alive).toHaveLength(1);
});
