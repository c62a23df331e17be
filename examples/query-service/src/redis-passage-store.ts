import { assertTenantId } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { assertSameModel, type EmbeddingModel } from './embedding-model.ts';
import type {
  CollectionRef,
  DocumentRevision,
  PassageOrigin,
  PassageStore,
  StoredPassage,
} from './passage-store.ts';
import type { Passage } from './passages.ts';

/** ARGV: document, number of its passages, revision. A document has a field with the last two. */
const DECLARE = `
  local document, count = ARGV[1], tonumber(ARGV[2])
  local before = tonumber(string.match(redis.call('HGET', KEYS[1], document) or '', '^%d+') or 0)
  for number = count, before - 1 do
    redis.call('HDEL', KEYS[2], document .. '#' .. number)
    redis.call('HDEL', KEYS[3], document .. '#' .. number)
  end
  redis.call('HSET', KEYS[1], document, count .. ' ' .. ARGV[3])
  redis.call('INCR', KEYS[4])`;

/** ARGV: revision, then per passage: document, id, passage, vector. */
const PUT = `
  for at = 2, #ARGV, 4 do
    local revision = string.match(redis.call('HGET', KEYS[1], ARGV[at]) or '', "^%d+ (.*)$")
    if revision == ARGV[1] then
      redis.call('HSET', KEYS[2], ARGV[at + 1], ARGV[at + 2])
      redis.call('HSET', KEYS[3], ARGV[at + 1], ARGV[at + 3])
    end
  end
  redis.call('INCR', KEYS[4])`;

/** Stores passages in Redis: three hashes, the model and a version per tenant and collection, in one Cluster slot. */
export class RedisPassageStore implements PassageStore {
  readonly #redis: RedisPool;
  readonly #prefix: string;

  constructor(redis: RedisPool, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async declare(
    ref: CollectionRef,
    { documentId, revision, passages }: DocumentRevision,
  ): Promise<void> {
    const keys = this.#keys(ref);
    const names = [keys.documents, keys.passages, keys.vectors, keys.version];
    await this.#redis
      .command()
      .eval(DECLARE, names.length, ...names, documentId, passages, revision);
  }

  async put(
    ref: CollectionRef,
    passages: readonly StoredPassage[],
    { model, revision }: PassageOrigin,
  ): Promise<void> {
    const keys = this.#keys(ref);
    await this.#redis.command().setnx(keys.model, JSON.stringify(model));
    const kept = (await this.model(ref)) ?? model;
    assertSameModel({ collection: ref.collection, kept, given: model });
    const names = [keys.documents, keys.passages, keys.vectors, keys.version];
    const rows = passages.flatMap(({ vector, ...passage }) => [
      passage.documentId,
      passage.id,
      JSON.stringify(passage),
      encodeVector(vector),
    ]);
    await this.#redis.command().eval(PUT, names.length, ...names, revision, ...rows);
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
