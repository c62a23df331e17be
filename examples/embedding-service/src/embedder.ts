/** Vectors of texts, in the same order. */
export interface Embedded {
  readonly vectors: readonly (readonly number[])[];
  /** Billed tokens of each text. */
  readonly tokens: readonly number[];
}

/** Turns texts into vectors of unit length. */
export interface Embedder {
  readonly model: string;
  /** Throws on failure; the error states whether it is retryable. */
  embed(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<Embedded>;
}
