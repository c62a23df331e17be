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

/** A version of a document. */
export interface DocumentRevision {
  readonly documentId: string;
  /** Distinguishes it from earlier versions: the id of the action that indexes it. */
  readonly revision: string;
  /** Number of its passages. */
  readonly passages: number;
}

/** Model and document revision of passages. */
export interface PassageOrigin {
  readonly model: EmbeddingModel;
  readonly revision: string;
}

/** Storage of passages and vectors. */
export interface PassageStore {
  /** Makes a revision of a document the current one, and deletes surplus passages of the previous one. */
  declare(ref: CollectionRef, document: DocumentRevision): Promise<void>;
  /**
   * Stores passages of documents whose current revision is this one, and drops the others: they are late. The first call sets the
   * model of the collection. Throws ModelMismatchError for vectors of another model.
   */
  put(ref: CollectionRef, passages: readonly StoredPassage[], origin: PassageOrigin): Promise<void>;
  /** Returns the model of the collection; undefined while it has no vectors. */
  model(ref: CollectionRef): Promise<EmbeddingModel | undefined>;
  /** Returns a version that changes with every `put` and `declare`. */
  version(ref: CollectionRef): Promise<string>;
  load(ref: CollectionRef): Promise<readonly StoredPassage[]>;
}
