import type { Source } from '@nooble-examples/contracts';
import type { EmbeddingModel } from './embedding-model.ts';
import type { CollectionRef } from './passage-store.ts';

/** Parameters of a search. */
export interface VectorSearch {
  /** Vector of unit length. */
  readonly vector: Float32Array;
  readonly model: EmbeddingModel;
  readonly topK: number;
  readonly threshold: number;
  readonly documentIds?: readonly string[];
}

/** Searches collections by cosine similarity. */
export interface PassageIndex {
  /**
   * Returns the most similar passages, in descending order, without passages of similarity 0. Throws ModelMismatchError for
   * a vector of a different model than that of the collection.
   */
  search(ref: CollectionRef, search: VectorSearch): Promise<Source[]>;
}
