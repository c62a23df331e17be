import { randomUUID } from 'node:crypto';
import { connect } from '@nooble/persistence';
import { RedisPool } from '@nooble/redis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
// @boundaries-ignore the databases of the test run
import { openClient, testDatabase } from '../../../packages/persistence/test/databases.ts';
import type { PassageIndex } from '../src/passage-index.ts';
import type { CollectionRef, PassageStore, StoredPassage } from '../src/passage-store.ts';
import { migratePassages } from '../src/postgres/passage-schema.ts';
import { PostgresIndex } from '../src/postgres/postgres-index.ts';
import { PostgresPassageStore } from '../src/postgres/postgres-passage-store.ts';
import { RedisPassageStore } from '../src/redis-passage-store.ts';
import { VectorIndex } from '../src/vector-index.ts';

interface Opened {
  readonly store: PassageStore;
  readonly index: PassageIndex;
}

async function openRedis(): Promise<Opened> {
  const redis = new RedisPool({ url: inject('redisUrl') });
  onTestFinished(async () => redis.close());
  const store = new RedisPassageStore(redis, `test-${randomUUID()}`);
  return { store, index: new VectorIndex(store) };
}

async function openPostgres(): Promise<Opened & { readonly url: string }> {
  const url = await testDatabase();
  await migratePassages(url);
  const persistence = connect({ url });
  onTestFinished(async () => persistence.close());
  const store = new PostgresPassageStore(persistence);
  return { url, store, index: new PostgresIndex(persistence, store) };
}

const passage = (documentId: string, number: number, vector: number[]) => ({
  id: `${documentId}#${number}`,
  documentId,
  title: documentId,
  text: `${documentId} ${number}`,
  vector: Float32Array.from(vector),
});

const ref = { tenantId: 'acme', collection: 'docs' };
const model = { name: 'plane', dimensions: 2 };
const search = { vector: Float32Array.from([1, 0]), model, topK: 5, threshold: 0 };
const first = { model, revision: 'first' };

/** Indexes documents completely, as the first revision of each. */
async function fill(
  store: PassageStore,
  passages: readonly StoredPassage[],
  to: CollectionRef = ref,
): Promise<void> {
  for (const documentId of new Set(passages.map((each) => each.documentId))) {
    const own = passages.filter((each) => each.documentId === documentId);
    await store.declare(to, { documentId, revision: 'first', passages: own.length });
  }
  await store.put(to, passages, first);
}

describe.each([
  ['Redis', openRedis],
  ['PostgreSQL', openPostgres],
])('in %s', (_, open: () => Promise<Opened>) => {
  it('finds the nearest passages first, above the threshold and within the filter', async () => {
    const { store, index } = await open();
    await fill(store, [
      passage('a', 0, [0.6, 0.8]),
      passage('b', 0, [1, 0]),
      passage('c', 0, [-1, 0]),
    ]);
    const names = async (more = {}): Promise<string[]> =>
      (await index.search(ref, { ...search, ...more })).map(({ document_id }) => document_id);
    expect(await names()).toEqual(['b', 'a']);
    expect(await names({ topK: 1 })).toEqual(['b']);
    expect(await names({ threshold: 0.9 })).toEqual(['b']);
    expect(await names({ documentIds: ['a', 'c'] })).toEqual(['a']);
  });

  it('returns a passage as it was stored', async () => {
    const { store } = await open();
    const odd = {
      ...passage('a#b', 0, [0.1, -1e-30]),
      text: "'; DROP SCHEMA passages; -- \u2028 {}",
    };
    await fill(store, [odd]);
    expect(await store.load(ref)).toEqual([odd]);
    expect(await store.model(ref)).toEqual(model);
  });

  it('shows a collection to no other tenant and no other collection', async () => {
    const { store, index } = await open();
    await fill(store, [passage('a', 0, [1, 0])]);
    expect(await index.search({ tenantId: 'globex', collection: 'docs' }, search)).toEqual([]);
    expect(await index.search({ tenantId: 'acme', collection: 'other' }, search)).toEqual([]);
    await expect(index.search({ tenantId: 'a}:{b', collection: 'docs' }, search)).rejects.toThrow(
      'tenant id',
    );
  });

  it('sees changes, and drops surplus passages of a document', async () => {
    const { store, index } = await open();
    await fill(store, [passage('a', 0, [1, 0]), passage('a', 1, [1, 0])]);
    expect(await index.search(ref, search)).toHaveLength(2);
    await store.declare(ref, { documentId: 'a', revision: 'second', passages: 1 });
    expect(await index.search(ref, search)).toMatchObject([{ text: 'a 0' }]);
  });

  it('drops passages of an earlier revision that arrive late, and of an unknown document', async () => {
    const { store } = await open();
    await store.declare(ref, { documentId: 'a', revision: 'first', passages: 2 });
    await store.declare(ref, { documentId: 'a', revision: 'second', passages: 1 });
    const renewed = { ...passage('a', 0, [0, 1]), text: 'renewed' };
    await store.put(ref, [renewed], { model, revision: 'second' });
    await store.put(ref, [passage('a', 0, [1, 0]), passage('a', 1, [1, 0])], first);
    await store.put(ref, [passage('b', 0, [1, 0])], first);
    expect(await store.load(ref)).toEqual([renewed]);
  });

  it('keeps every passage of parts that are stored at the same time', async () => {
    const { store } = await open();
    const passages = Array.from({ length: 40 }, (__, at) => passage('a', at, [1, at]));
    await store.declare(ref, { documentId: 'a', revision: 'first', passages: 40 });
    await Promise.all(passages.map(async (each) => store.put(ref, [each], first)));
    expect(await store.load(ref)).toHaveLength(40);
    expect(await store.version(ref)).toBe('41');
  });

  it('does not return a passage of similarity 0 as a source', async () => {
    const { store, index } = await open();
    await fill(store, [passage('a', 0, [1, 0]), passage('b', 0, [0, 1])]);
    expect(await index.search(ref, { ...search, threshold: -1 })).toMatchObject([
      { document_id: 'a' },
    ]);
  });

  it.each([
    ['another model', { name: 'other', dimensions: 2 }],
    ['other dimensions', { name: 'plane', dimensions: 3 }],
  ])(
    'refuses to compare vectors of %s with those of the collection, and says what to do',
    async (__, given) => {
      const { store, index } = await open();
      await fill(store, [passage('a', 0, [1, 0])]);
      const refusal = expect.objectContaining({
        code: 'MODEL_MISMATCH',
        retryable: false,
        message: expect.stringContaining(
          'index its documents again into a new collection',
        ) as string,
      }) as Error;
      await expect(index.search(ref, { ...search, model: given })).rejects.toEqual(refusal);
      const other = { model: given, revision: 'first' };
      await expect(store.put(ref, [passage('a', 0, [1, 0])], other)).rejects.toEqual(refusal);
      expect(await index.search(ref, search)).toHaveLength(1);
    },
  );
});

it('PostgreSQL itself shows the rows of a tenant to no transaction of another', async () => {
  const { store, url } = await openPostgres();
  await fill(store, [passage('a', 0, [1, 0])]);
  const client = await openClient(url);
  const seenBy = async (tenantId: string): Promise<unknown[]> => {
    await client.query('BEGIN');
    await client.query('SET LOCAL ROLE nooble_app');
    await client.query("SELECT set_config('nooble.tenant_id', $1, true)", [tenantId]);
    const counts: unknown[] = [];
    for (const table of ['collections', 'documents', 'passages']) {
      const { rowCount } = await client.query(`SELECT FROM passages.${table}`);
      counts.push(rowCount);
    }
    const move = `UPDATE passages.passages SET tenant_id = 'globex'`;
    await client.query('SAVEPOINT before');
    const moved = await client.query(move).then(
      ({ rowCount }) => rowCount,
      (error: Error) => error.message,
    );
    await client.query('ROLLBACK');
    return [...counts, moved];
  };
  expect(await seenBy('acme')).toEqual([1, 1, 1, expect.stringContaining('row-level security')]);
  expect(await seenBy('globex')).toEqual([0, 0, 0, 0]);
  expect(await seenBy('')).toEqual([0, 0, 0, 0]);
});

it('prepares its tables again without harm, also from several processes at the same time', async () => {
  const url = await testDatabase();
  await Promise.all(Array.from({ length: 4 }, async () => migratePassages(url)));
  await migratePassages(url);
});
