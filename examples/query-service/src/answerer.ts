import type { Source } from '@nooble-examples/contracts';

/** An answer and who wrote it. */
export interface WrittenAnswer {
  readonly answer: string;
  readonly model: string;
}

/** Answers a question from sources, which it cites as [1], [2] and so on. */
export interface Answerer {
  answer(
    question: string,
    sources: readonly Source[],
    options: { readonly signal: AbortSignal },
  ): Promise<WrittenAnswer>;
}
