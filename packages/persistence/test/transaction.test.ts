import { expect, it, onTestFinished } from 'vitest';
import { connect, type Transaction } from '../src/index.ts';
import { openClient, testDatabase } from './databases.ts';

async function open() {
  const url = await testDatabase();
  const persistence = connect({ url, connectTimeoutMs: 1_000 });
  onTestFinished(async () => persistence.close());
  const client = await openClient(url);
  await client.query('CREATE SCHEMA app');
  await client.query('GRANT USAGE ON SCHEMA app TO nooble_app');
  await client.query(`CREATE TABLE app.notes (tenant_id text NOT NULL, text text NOT NULL)`);
  await client.query('ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY');
  await client.query(
    'CREATE POLICY own ON app.notes TO nooble_app USING (tenant_id = nooble.current_tenant())',
  );
  await client.query('GRANT SELECT, INSERT ON app.notes TO nooble_app');
  const notesOf = async (tenantId: string): Promise<unknown[]> =>
    persistence.transaction(tenantId, async ({ rows }) =>
      rows({ text: 'SELECT text FROM app.notes' }),
    );
  return { persistence, notesOf };
}

const INSERT = 'INSERT INTO app.notes VALUES ($1, $2)';

it('shows and changes rows of one tenant only', async () => {
  const { persistence, notesOf } = await open();
  await persistence.transaction('acme', async ({ query }) => query(INSERT, ['acme', 'hello']));
  expect(await notesOf('acme')).toEqual([{ text: 'hello' }]);
  expect(await notesOf('globex')).toEqual([]);
  const crossing = persistence.transaction('globex', async ({ query }) =>
    query(INSERT, ['acme', 'x']),
  );
  await expect(crossing).rejects.toThrow('row-level security');
  await expect(notesOf("acme'; --")).rejects.toThrow('tenant id');
});

it('rolls back if the work throws', async () => {
  const { persistence, notesOf } = await open();
  const work = persistence.transaction('acme', async ({ query }) => {
    await query(INSERT, ['acme', 'hello']);
    throw new Error('changed my mind');
  });
  await expect(work).rejects.toThrow('changed my mind');
  expect(await notesOf('acme')).toEqual([]);
});

it('rejects if the error of a statement was caught, because nothing is committed', async () => {
  const { persistence, notesOf } = await open();
  const work = persistence.transaction('acme', async ({ query }) => {
    await query(INSERT, ['acme', 'hello']);
    await query('SELECT * FROM no_such_table', []).catch(() => undefined);
    return 'stored';
  });
  await expect(work).rejects.toMatchObject({ code: 'TRANSACTION_FAILED' });
  expect(await notesOf('acme')).toEqual([]);
});

it('refuses statements after its end: the connection may be in the transaction of another tenant', async () => {
  const { persistence } = await open();
  const kept = await persistence.transaction('acme', async (transaction) => transaction);
  const failed: Transaction[] = [];
  await persistence
    .transaction('acme', async (transaction) => {
      failed.push(transaction);
      throw new Error('no');
    })
    .catch(() => undefined);
  for (const { rows, query } of [kept, ...failed]) {
    const late = {
      code: 'TRANSACTION_FAILED',
      message: expect.stringContaining('has ended') as string,
    };
    await expect(rows({ text: 'SELECT 1' })).rejects.toMatchObject(late);
    await expect(query('SELECT 1', [])).rejects.toMatchObject(late);
  }
});

it('reports whether PostgreSQL replies, and never rejects', async () => {
  const { persistence } = await open();
  expect(await persistence.health()).toEqual({ ok: true });
  const away = connect({ url: 'postgres://user:secret@127.0.0.1:1/none' });
  onTestFinished(async () => away.close());
  const { ok, error } = await away.health();
  expect([ok, (error as { code: string }).code]).toEqual([false, 'POSTGRES_UNAVAILABLE']);
  expect(String(error)).not.toContain('secret');
});
