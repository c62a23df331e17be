import type { generateEmbeddings } from '@nooble-examples/contracts';
import type { ActionResult } from '@nooble/models';
import type { EmbeddingModel } from './embedding-model.ts';
import { normalised } from './vector-index.ts';

export type Embeddings = ActionResult<typeof generateEmbeddings>;

/** Returns the model that created the embeddings. */
export function modelOf({ model: name, dimensions }: Embeddings): EmbeddingModel {
  return { name, dimensions };
}

/** Returns one vector of unit length per text. Throws an Error if number or dimensions do not match. */
export function vectorsOf({ embeddings, dimensions }: Embeddings, texts: number): Float32Array[] {
  const right =
    embeddings.length === texts && embeddings.every((each) => each.length === dimensions);
  if (!right) {
    throw new Error(
      `The embedding service did not return ${texts} vectors of ${dimensions} numbers`,
    );
  }
  return embeddings.map((embedding) => normalised(Float32Array.from(embedding)));
}
