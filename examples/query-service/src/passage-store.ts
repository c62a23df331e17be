import type { EmbeddingModel } from './embedding-model.ts';
import type { Passage } from './passages.ts';

/** A collection of one tenant; no other tenant or collection sees it. */
export interface CollectionRef {
  readonly tenantId: string;
  readonly collection: string;
}

/** A passage with its vector. */
export interface StoredPassage extends Passage {
  readonly vector: Float32Array;
}

/** Where passages and vectors are kept. Another implementation (PostgreSQL) can take its place. */
export interface PassageStore {
  /** Says how many passages a document has now, and drops those it had beyond. */
  declare(ref: CollectionRef, documentId: string, passages: number): Promise<void>;
  /** The first model becomes that of the collection. Throws ModelMismatchError for vectors of another one. */
  put(ref: CollectionRef, passages: readonly StoredPassage[], model: EmbeddingModel): Promise<void>;
  /** Where the vectors of the collection come from; undefined while it has none. */
  model(ref: CollectionRef): Promise<EmbeddingModel | undefined>;
  /** Changes with every `put` and `declare`. */
  version(ref: CollectionRef): Promise<string>;
  load(ref: CollectionRef): Promise<readonly StoredPassage[]>;
}
