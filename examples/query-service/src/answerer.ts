import type { Source } from '@nooble-examples/contracts';

/** An answer, and the model that wrote it. */
export interface WrittenAnswer {
  readonly answer: string;
  readonly model: string;
}

/** Answers a question from sources, citing them as [1], [2] and so on. */
export interface Answerer {
  answer(
    question: string,
    sources: readonly Source[],
    options: { readonly signal: AbortSignal },
  ): Promise<WrittenAnswer>;
}
