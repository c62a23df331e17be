import { randomUUID } from 'node:crypto';
import { RedisPool } from '@nooble/redis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { RedisPassageStore } from '../src/redis-passage-store.ts';
import { VectorIndex } from '../src/vector-index.ts';

function open(): { store: RedisPassageStore; index: VectorIndex } {
  const redis = new RedisPool({ url: inject('redisUrl') });
  onTestFinished(async () => redis.close());
  const store = new RedisPassageStore(redis, `test-${randomUUID()}`);
  return { store, index: new VectorIndex(store) };
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

it('finds the nearest passages first, above the threshold and within the filter', async () => {
  const { store, index } = open();
  const passages = [passage('a', 0, [0.6, 0.8]), passage('b', 0, [1, 0]), passage('c', 0, [-1, 0])];
  await store.put(ref, passages, model);
  const names = async (more = {}): Promise<string[]> =>
    (await index.search(ref, { ...search, ...more })).map(({ document_id }) => document_id);
  expect(await names()).toEqual(['b', 'a']);
  expect(await names({ topK: 1 })).toEqual(['b']);
  expect(await names({ threshold: 0.9 })).toEqual(['b']);
  expect(await names({ documentIds: ['a', 'c'] })).toEqual(['a']);
});

it('shows a collection to no other tenant and no other collection', async () => {
  const { store, index } = open();
  await store.put(ref, [passage('a', 0, [1, 0])], model);
  expect(await index.search({ tenantId: 'globex', collection: 'docs' }, search)).toEqual([]);
  expect(await index.search({ tenantId: 'acme', collection: 'other' }, search)).toEqual([]);
  await expect(index.search({ tenantId: 'a}:{b', collection: 'docs' }, search)).rejects.toThrow(
    'tenant id',
  );
});

it('sees changes, and drops surplus passages of a document', async () => {
  const { store, index } = open();
  await store.declare(ref, 'a', 2);
  await store.put(ref, [passage('a', 0, [1, 0]), passage('a', 1, [1, 0])], model);
  expect(await index.search(ref, search)).toHaveLength(2);
  await store.declare(ref, 'a', 1);
  expect(await index.search(ref, search)).toMatchObject([{ text: 'a 0' }]);
});

it('does not return a passage of similarity 0 as a source', async () => {
  const { store, index } = open();
  await store.put(ref, [passage('a', 0, [1, 0]), passage('b', 0, [0, 1])], model);
  expect(await index.search(ref, { ...search, threshold: -1 })).toMatchObject([
    { document_id: 'a' },
  ]);
});

it.each([
  ['another model', { name: 'other', dimensions: 2 }],
  ['other dimensions', { name: 'plane', dimensions: 3 }],
])(
  'refuses to compare vectors of %s with those of the collection, and says what to do',
  async (_, given) => {
    const { store, index } = open();
    await store.put(ref, [passage('a', 0, [1, 0])], model);
    const refusal = expect.objectContaining({
      code: 'MODEL_MISMATCH',
      retryable: false,
      message: expect.stringContaining('index its documents again into a new collection') as string,
    }) as Error;
    await expect(index.search(ref, { ...search, model: given })).rejects.toEqual(refusal);
    await expect(store.put(ref, [passage('b', 0, [1, 0])], given)).rejects.toEqual(refusal);
    expect(await index.search(ref, search)).toHaveLength(1);
  },
);
