import type { Embedded, Embedder } from './embedder.ts';
import { tokensOf } from './tokens.ts';

const NGRAM_LENGTHS = [3, 4, 5];
/** Parts of words match inflections and typing errors, but are less significant than whole words. */
const NGRAM_WEIGHT = 0.4;

/**
 * A lexical baseline that needs no network and no model: signed feature hashing of words and character n-grams with
 * sublinear term frequency, L2-normalised (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning",
 * ICML 2009). It finds texts that share words, not texts with the same meaning.
 */
export class HashingEmbedder implements Embedder {
  readonly model: string;
  readonly #dimensions: number;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.model = `feature-hashing-${dimensions}`;
  }

  async embed(texts: readonly string[]): Promise<Embedded> {
    const tokens = texts.map(tokensOf);
    return {
      vectors: tokens.map((words) => this.#vectorOf(words)),
      tokens: tokens.map((words) => words.length),
    };
  }

  #vectorOf(words: readonly string[]): number[] {
    const vector = new Float64Array(this.#dimensions);
    for (const [feature, count] of countsOf(words)) {
      const hash = hashOf(feature);
      const sign = hash >>> 31 === 1 ? -1 : 1;
      const weight = feature.startsWith('#') ? NGRAM_WEIGHT : 1;
      const at = hash % this.#dimensions;
      vector[at] = (vector[at] ?? 0) + sign * weight * (1 + Math.log(count));
    }
    return normalised(vector);
  }
}

/** Counts words, and their n-grams with the prefix `#`. */
function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (feature: string): void => void counts.set(feature, (counts.get(feature) ?? 0) + 1);
  for (const word of words) {
    count(word);
    for (const length of NGRAM_LENGTHS) {
      const marked = `<${word}>`;
      for (let at = 0; at + length <= marked.length; at += 1) {
        count(`#${marked.slice(at, at + length)}`);
      }
    }
  }
  return counts;
}

/** Returns a 32-bit unsigned hash: FNV-1a over UTF-16 units, then a finalizer that spreads the low bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Scales to unit length, rounded to six digits to keep messages small. A text without words stays zero. */
function normalised(vector: Float64Array): number[] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  // Not `Array.from`, which takes an iterator step per number.
  const scaled: number[] = [];
  for (let at = 0; at < vector.length; at += 1) {
    scaled.push(Math.round(((vector[at] ?? 0) / length) * 1e6) / 1e6);
  }
  return scaled;
}
