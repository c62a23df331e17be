import type { EmbeddingModel } from './embedding-model.ts';
import type { Passage } from './passages.ts';

/** A collection of one tenant, isolated from other tenants and collections. */
export interface CollectionRef {
  readonly tenantId: string;
  readonly collection: string;
}

/** A passage with its vector. */
export interface StoredPassage extends Passage {
  readonly vector: Float32Array;
}

/** Storage of passages and vectors; can be implemented with another database, such as PostgreSQL. */
export interface PassageStore {
  /** Sets the number of passages of a document, and deletes surplus passages of its previous version. */
  declare(ref: CollectionRef, documentId: string, passages: number): Promise<void>;
  /** The first call sets the model of the collection. Throws ModelMismatchError for vectors of another model. */
  put(ref: CollectionRef, passages: readonly StoredPassage[], model: EmbeddingModel): Promise<void>;
  /** Returns the model of the collection; undefined while it has no vectors. */
  model(ref: CollectionRef): Promise<EmbeddingModel | undefined>;
  /** Returns a version that changes with every `put` and `declare`. */
  version(ref: CollectionRef): Promise<string>;
  load(ref: CollectionRef): Promise<readonly StoredPassage[]>;
}
