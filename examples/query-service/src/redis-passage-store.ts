import { assertTenantId } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { assertSameModel, type EmbeddingModel } from './embedding-model.ts';
import type { CollectionRef, PassageStore, StoredPassage } from './passage-store.ts';
import type { Passage } from './passages.ts';

/** Stores passages in Redis: three hashes, the model and a version per tenant and collection, in one Cluster slot. */
export class RedisPassageStore implements PassageStore {
  readonly #redis: RedisPool;
  readonly #prefix: string;

  constructor(redis: RedisPool, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async declare(ref: CollectionRef, documentId: string, passages: number): Promise<void> {
    const keys = this.#keys(ref);
    const before = Number(await this.#redis.command().hget(keys.documents, documentId));
    const surplus = Math.max(0, before - passages);
    const gone = Array.from({ length: surplus }, (_, index) => `${documentId}#${passages + index}`);
    const changes = this.#redis.command().multi().hset(keys.documents, documentId, passages);
    if (gone.length > 0) changes.hdel(keys.passages, ...gone).hdel(keys.vectors, ...gone);
    await changes.incr(keys.version).exec();
  }

  async put(
    ref: CollectionRef,
    passages: readonly StoredPassage[],
    model: EmbeddingModel,
  ): Promise<void> {
    const keys = this.#keys(ref);
    await this.#redis.command().setnx(keys.model, JSON.stringify(model));
    const kept = (await this.model(ref)) ?? model;
    assertSameModel({ collection: ref.collection, kept, given: model });
    const changes = this.#redis.command().multi();
    for (const { vector, ...passage } of passages) {
      changes.hset(keys.passages, passage.id, JSON.stringify(passage));
      changes.hset(keys.vectors, passage.id, encodeVector(vector));
    }
    await changes.incr(keys.version).exec();
  }

  async model(ref: CollectionRef): Promise<EmbeddingModel | undefined> {
    const json = await this.#redis.command().get(this.#keys(ref).model);
    return json === null ? undefined : (JSON.parse(json) as EmbeddingModel);
  }

  async version(ref: CollectionRef): Promise<string> {
    return (await this.#redis.command().get(this.#keys(ref).version)) ?? '0';
  }

  async load(ref: CollectionRef): Promise<readonly StoredPassage[]> {
    const keys = this.#keys(ref);
    const [passages, vectors] = await Promise.all([
      this.#redis.command().hgetall(keys.passages),
      this.#redis.command().hgetall(keys.vectors),
    ]);
    return Object.entries(passages).flatMap(([id, json]) => {
      const vector = vectors[id];
      if (vector === undefined) return [];
      return [{ ...(JSON.parse(json) as Passage), vector: decodeVector(vector) }];
    });
  }

  #keys({
    tenantId,
    collection,
  }: CollectionRef): Record<'documents' | 'passages' | 'vectors' | 'model' | 'version', string> {
    assertTenantId(tenantId);
    const root = `${this.#prefix}:query:{${tenantId}/${collection}}`;
    return {
      documents: `${root}:documents`,
      passages: `${root}:passages`,
      vectors: `${root}:vectors`,
      model: `${root}:model`,
      version: `${root}:version`,
    };
  }
}

function encodeVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

function decodeVector(text: string): Float32Array {
  // Copied, because the offset of a pooled buffer may not be aligned for floats.
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}
