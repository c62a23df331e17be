import { LRUCache } from 'lru-cache';
import type { Embedded, Embedder } from './embedder.ts';

/** Asks another embedder only for texts it has not seen lately. A vector is the same for every tenant. */
export class CachedEmbedder implements Embedder {
  readonly #inner: Embedder;
  readonly #vectors: LRUCache<string, readonly number[]>;

  constructor(inner: Embedder, size: number) {
    this.#inner = inner;
    this.#vectors = new LRUCache({ max: size });
  }

  get model(): string {
    return this.#inner.model;
  }

  /** `tokens` counts only those of texts that were not in the cache. */
  async embed(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<Embedded> {
    const known = texts.map((text) => this.#vectors.get(text));
    const missing = [...new Set(texts.filter((_, index) => !known[index]))];
    const fresh =
      missing.length > 0 ? await this.#inner.embed(missing, options) : { vectors: [], tokens: 0 };
    const made = new Map(missing.map((text, index) => [text, fresh.vectors[index] ?? []]));
    for (const [text, vector] of made) this.#vectors.set(text, vector);
    const vectors = texts.map((text, index) => known[index] ?? made.get(text) ?? []);
    return { vectors, tokens: fresh.tokens };
  }
}
