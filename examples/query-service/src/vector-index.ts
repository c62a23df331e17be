import type { Source } from '@nooble-examples/contracts';
import { LRUCache } from 'lru-cache';
import { assertSameModel } from './embedding-model.ts';
import type { PassageIndex, VectorSearch } from './passage-index.ts';
import type { CollectionRef, PassageStore, StoredPassage } from './passage-store.ts';

interface Loaded {
  readonly version: string;
  readonly passages: readonly StoredPassage[];
}

/** Searches collections in memory by cosine similarity; reloads a collection after changes. */
export class VectorIndex implements PassageIndex {
  readonly #store: PassageStore;
  readonly #loaded = new LRUCache<string, Loaded>({ max: 100 });

  constructor(store: PassageStore) {
    this.#store = store;
  }

  async search(ref: CollectionRef, search: VectorSearch): Promise<Source[]> {
    const { vector, model, topK, threshold, documentIds } = search;
    const kept = await this.#store.model(ref);
    if (!kept) return [];
    assertSameModel({ collection: ref.collection, kept, given: model });
    const passages = await this.#passages(ref);
    return passages
      .filter(({ documentId }) => documentIds?.includes(documentId) ?? true)
      .map((passage) => ({ passage, score: similarity(vector, passage.vector) }))
      .filter(({ score }) => score !== 0 && score >= threshold)
      .toSorted((a, b) => b.score - a.score)
      .slice(0, topK)
      .map(({ passage: { documentId, title, text }, score }) => ({
        document_id: documentId,
        title,
        text,
        score,
      }));
  }

  async #passages(ref: CollectionRef): Promise<readonly StoredPassage[]> {
    const key = `${ref.tenantId} ${ref.collection}`;
    const version = await this.#store.version(ref);
    const loaded = this.#loaded.get(key);
    if (loaded?.version === version) return loaded.passages;
    const passages = await this.#store.load(ref);
    this.#loaded.set(key, { version, passages });
    return passages;
  }
}

/** Scales to unit length, so that a dot product is a cosine. */
export function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => value / length);
}

/** Returns the cosine of two vectors of unit length, rounded to four digits. */
function similarity(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return Math.round(sum * 1e4) / 1e4;
}
