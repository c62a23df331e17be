import { LRUCache } from 'lru-cache';
import type { Embedded, Embedder } from './embedder.ts';

interface Known {
  readonly vector: readonly number[];
  readonly tokens: number;
}

/**
 * Caches the vectors of another embedder, across tenants. A cached text counts the same number of tokens, so a bill never
 * reveals that another tenant had the same text embedded before.
 */
export class CachedEmbedder implements Embedder {
  readonly #inner: Embedder;
  readonly #cache: LRUCache<string, Known>;

  constructor(inner: Embedder, size: number) {
    this.#inner = inner;
    this.#cache = new LRUCache({ max: size });
  }

  get model(): string {
    return this.#inner.model;
  }

  async embed(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<Embedded> {
    const known = new Map<string, Known>();
    const missing = new Set<string>();
    for (const text of texts) {
      const cached = this.#cache.get(text);
      if (cached) known.set(text, cached);
      else missing.add(text);
    }
    for (const [text, made] of await this.#make([...missing], options)) {
      known.set(text, made);
      this.#cache.set(text, made);
    }
    const all = texts.flatMap((text) => known.get(text) ?? []);
    return { vectors: all.map(({ vector }) => vector), tokens: all.map(({ tokens }) => tokens) };
  }

  async #make(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<[string, Known][]> {
    if (texts.length === 0) return [];
    const { vectors, tokens } = await this.#inner.embed(texts, options);
    return texts.map((text, index) => {
      const vector = vectors[index];
      if (!vector) throw new Error(`There is no vector for text ${index} of ${texts.length}`);
      return [text, { vector, tokens: tokens[index] ?? 0 }];
    });
  }
}
