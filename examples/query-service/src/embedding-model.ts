import { NoobleError, type ErrorKind } from '@nooble/errors';

/** The model of a vector. Only vectors of the same model can be compared. */
export interface EmbeddingModel {
  readonly name: string;
  readonly dimensions: number;
}

/** The vector of a passage or a question comes from a different model than those of the collection. */
export class ModelMismatchError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'MODEL_MISMATCH',
    httpStatus: 409,
    retryable: false,
    summary: 'The vectors of the collection come from a different embedding model.',
    remedy: 'Index the documents again into a new collection, or configure the previous model.',
  };

  constructor({ collection, kept, given }: ModelMismatch) {
    super({
      kind: ModelMismatchError.kind,
      message:
        `Cannot compare vectors of model ${textOf(given)} with those of collection "${collection}", ` +
        `which come from ${textOf(kept)}: index its documents again into a new collection`,
      details: { collection, kept, given },
    });
  }
}

export interface ModelMismatch {
  readonly collection: string;
  readonly kept: EmbeddingModel;
  readonly given: EmbeddingModel;
}

/** Throws ModelMismatchError unless both models are the same. */
export function assertSameModel(models: ModelMismatch): void {
  const { kept, given } = models;
  if (kept.name === given.name && kept.dimensions === given.dimensions) return;
  throw new ModelMismatchError(models);
}

function textOf({ name, dimensions }: EmbeddingModel): string {
  return `"${name}" (${dimensions} dimensions)`;
}
