/** Vectors of some texts, in their order. */
export interface Embedded {
  readonly vectors: readonly (readonly number[])[];
  /** What each text counts for in a bill. */
  readonly tokens: readonly number[];
}

/** Turns texts into vectors of unit length. */
export interface Embedder {
  readonly model: string;
  /** Throws when it cannot; the error says whether trying again helps. */
  embed(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<Embedded>;
}
