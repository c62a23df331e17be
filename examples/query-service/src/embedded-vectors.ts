import type { generateEmbeddings } from '@nooble-examples/contracts';
import type { ActionResult } from '@nooble/models';
import type { EmbeddingModel } from './embedding-model.ts';
import { normalised } from './vector-index.ts';

export type Embeddings = ActionResult<typeof generateEmbeddings>;

/** The model that made them. */
export function modelOf({ model: name, dimensions }: Embeddings): EmbeddingModel {
  return { name, dimensions };
}

/** As many vectors of unit length as texts were sent. Throws an Error when there are others. */
export function vectorsOf({ embeddings, dimensions }: Embeddings, texts: number): Float32Array[] {
  const right =
    embeddings.length === texts && embeddings.every((each) => each.length === dimensions);
  if (!right) {
    throw new Error(`The embedding service answered no ${texts} vectors of ${dimensions} numbers`);
  }
  return embeddings.map((embedding) => normalised(Float32Array.from(embedding)));
}
