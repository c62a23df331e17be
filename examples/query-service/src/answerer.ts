import type { Source } from '@nooble-examples/contracts';

/** Answers a question from sources, citing them as [1], [2] and so on. */
export interface Answerer {
  /** Yields the parts of the answer as they are written, and returns the name of the model that wrote them. */
  answer(
    question: string,
    sources: readonly Source[],
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<string, string>;
}
