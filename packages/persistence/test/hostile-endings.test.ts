import { expect, it, onTestFinished } from 'vitest';
import { readConnecting } from '../src/connecting/options.ts';
import { Sessions } from '../src/connecting/sessions.ts';
import { EndingsWriter } from '../src/recording/endings-writer.ts';
import { openClient, testDatabase } from './databases.ts';
import { batchOf, endingOf } from './recorded-queue.ts';

async function openWriter() {
  const url = await testDatabase();
  const sessions = new Sessions(readConnecting({ url }));
  onTestFinished(async () => sessions.close());
  const client = await openClient(url);
  const rowsOf = async (sql: string) => (await client.query(sql)).rows;
  return { writer: new EndingsWriter(sessions), rowsOf, client };
}

it('stores the same batch once, however often it is written', async () => {
  const { writer, rowsOf } = await openWriter();
  const batch = batchOf(endingOf(), endingOf(), endingOf({ ending: 'dead', note: '{"code":"X"}' }));
  expect(await writer.write(batch)).toEqual({ endings: 3, refused: 0, purged: 0, missing: 0 });
  expect(await writer.write(batch)).toEqual({ endings: 0, refused: 0, purged: 0, missing: 0 });
  const twice = endingOf();
  expect((await writer.write(batchOf(twice, twice))).endings).toBe(1);
  expect(await rowsOf('SELECT done, dead FROM nooble.usage_daily')).toEqual([
    { done: '3', dead: '1' },
  ]);
});

it('replaces text that PostgreSQL cannot store', async () => {
  const { writer, rowsOf } = await openWriter();
  const envelope = JSON.stringify({
    action_type: 'a.b',
    task_id: 'nul\0',
    data: { text: '\0\ud800' },
  });
  const error = JSON.stringify({ code: 'BAD\0', message: 'half \ud800 of a pair' });
  const batch = batchOf(endingOf({ envelope, ending: 'dead', note: error }));
  expect(await writer.write(batch)).toMatchObject({ endings: 1, refused: 0 });
  expect(await rowsOf('SELECT task_id, error_code, error_message FROM nooble.endings')).toEqual([
    { task_id: 'nul\ufffd', error_code: 'BAD\ufffd', error_message: 'half \ufffd of a pair' },
  ]);
});

it('stores an ending whose envelope does not parse, with the problem', async () => {
  const { writer, rowsOf } = await openWriter();
  await writer.write(batchOf(endingOf({ envelope: '{"data":' }), endingOf({ envelope: '1' })));
  expect(
    await rowsOf('SELECT problem, action_type FROM nooble.endings ORDER BY length(problem) DESC'),
  ).toEqual([
    { problem: 'its envelope is not an object', action_type: '' },
    { problem: 'its envelope is not JSON', action_type: '' },
  ]);
});

it('sets aside an ending that cannot be stored, with the reason, and stores the others', async () => {
  const { writer, rowsOf } = await openWriter();
  const good = Array.from({ length: 20 }, () => endingOf());
  const bad = [
    endingOf({ token: 'not a number' }),
    endingOf({ endedMs: Number.NaN }),
    endingOf({ endedMs: 0 }),
    endingOf({ cost: Number.POSITIVE_INFINITY, token: `${2n ** 64n}` }),
    endingOf({ ending: 'done', note: '{"not":' }),
    endingOf({ ending: 'done', note: '['.repeat(100_000) }),
  ];
  const batch = batchOf(...good.slice(0, 10), ...bad, ...good.slice(10));
  expect(await writer.write(batch)).toEqual({ endings: 20, refused: 6, purged: 0, missing: 0 });
  expect(await writer.write(batch)).toEqual({ endings: 0, refused: 6, purged: 0, missing: 0 });
  const refused = await rowsOf('SELECT reason FROM nooble.refused_endings');
  expect(refused).toHaveLength(6);
  expect(await rowsOf('SELECT sum(done)::int AS done FROM nooble.usage_daily')).toEqual([
    { done: 20 },
  ]);
});

it('takes hostile names as text', async () => {
  const { writer, rowsOf } = await openWriter();
  const names = [
    "'; DROP TABLE nooble.endings; --",
    '%s',
    '\\',
    '{"a"}',
    'NULL',
    '../x',
    '"',
    '\0',
  ];
  const batch = batchOf(
    ...names.map((tenantId) => endingOf({ tenantId, actionId: `of ${tenantId}` })),
  );
  expect(await writer.write(batch)).toMatchObject({ endings: names.length, refused: 0 });
  const rows = await rowsOf('SELECT tenant_id FROM nooble.endings');
  const stored = names.map((name) => name.replace('\0', '\ufffd'));
  expect(new Set(rows.map(({ tenant_id }) => tenant_id as string))).toEqual(new Set(stored));
});

it('drops partitions and dead letters that are older than their days, and creates those ahead', async () => {
  const { writer, rowsOf } = await openWriter();
  const old = Date.now() - 10 * 86_400_000;
  const note = '{"code":"X"}';
  await writer.write(batchOf(endingOf({ endedMs: old, ending: 'dead', note }), endingOf()));
  await writer.days.maintain({ endings: 5, deadLetters: 366 });
  expect(await rowsOf('SELECT ending FROM nooble.endings')).toEqual([{ ending: 'done' }]);
  expect(await rowsOf('SELECT action_id FROM nooble.dead_letters')).toHaveLength(1);
  await writer.days.maintain({ endings: 5, deadLetters: 5 });
  expect(await rowsOf('SELECT action_id FROM nooble.dead_letters')).toEqual([]);
  const days = await rowsOf(
    "SELECT 1 FROM pg_inherits WHERE inhparent = 'nooble.endings'::regclass",
  );
  expect(days).toHaveLength(3);
});

it('shows each role only the rows that it may see', async () => {
  const { writer, client } = await openWriter();
  await writer.write(
    batchOf(
      endingOf({ tenantId: 'acme', ending: 'dead', note: '{}' }),
      endingOf({ tenantId: 'other', ending: 'dead', note: '{}' }),
    ),
  );
  const tables = ['endings', 'usage_daily', 'dead_letters'];
  const countAs = async (role: string, tenant: string, table: string): Promise<number> => {
    await client.query('BEGIN');
    await client.query(`SET LOCAL ROLE ${role}`);
    await client.query("SELECT set_config('nooble.tenant_id', $1, true)", [tenant]);
    const { rows } = await client.query(`SELECT count(*)::int AS count FROM nooble.${table}`);
    await client.query('ROLLBACK');
    return rows[0].count as number;
  };
  for (const table of tables) {
    expect([table, await countAs('nooble_app', 'acme', table)]).toEqual([table, 1]);
    expect([table, await countAs('nooble_app', '', table)]).toEqual([table, 0]);
    expect([table, await countAs('nooble_owner', '', table)]).toEqual([table, 0]);
    expect([table, await countAs('nooble_operator', '', table)]).toEqual([table, 2]);
    expect([table, await countAs('nooble_writer', '', table)]).toEqual([table, 2]);
  }
  const forbidden: [role: string, sql: string][] = [
    ['nooble_app', "UPDATE nooble.endings SET tenant_id = 'acme'"],
    ['nooble_app', 'DELETE FROM nooble.usage_daily'],
    ['nooble_app', 'SELECT * FROM nooble.refused_endings'],
    ['nooble_app', 'SELECT * FROM nooble.history_gaps'],
    ['nooble_app', "SELECT nooble.drop_endings_before('2999-01-01')"],
    ['nooble_operator', 'DELETE FROM nooble.endings'],
    ['nooble_operator', "SELECT nooble.create_endings_partition('2030-01-01')"],
  ];
  const partition = `endings_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
  for (const [role, sql] of [...forbidden, ['nooble_app', `SELECT * FROM nooble.${partition}`]]) {
    await client.query('BEGIN');
    await client.query(`SET LOCAL ROLE ${role}`);
    await expect(client.query(sql ?? ''), sql ?? '').rejects.toMatchObject({ code: '42501' });
    await client.query('ROLLBACK');
  }
});
