import type { Source } from '@nooble-examples/contracts';
import type { Answerer } from './answerer.ts';
import { bm25 } from './bm25.ts';
import { sentencesOf } from './sentences.ts';
import { termsOf } from './terms.ts';

const SENTENCES = 3;
/** Minimum score relative to the best sentence. */
const LEAST_SHARE = 0.5;
const NOTHING = 'This collection contains no answer to the question.';

/** Answers without a language model: selects the sentences that share the rarest words with the question. */
export class ExtractiveAnswerer implements Answerer {
  async *answer(question: string, sources: readonly Source[]): AsyncGenerator<string, string> {
    const sentences = citableOf(sources);
    const relevance = bm25(
      termsOf(question),
      sentences.map(({ sentence }) => termsOf(sentence)),
    );
    const ranked = sentences
      .map((each, at) => ({ ...each, at, score: (relevance[at] ?? 0) * (0.5 + each.similarity) }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score);
    const [best] = ranked;
    if (!best) {
      yield NOTHING;
      return 'none';
    }
    const chosen = ranked
      .filter(({ score }) => score >= LEAST_SHARE * best.score)
      .slice(0, SENTENCES)
      // In the order of the sources, because sentences may build on each other.
      .toSorted((a, b) => a.at - b.at);
    for (const [at, { sentence, cited }] of chosen.entries()) {
      yield `${at > 0 ? ' ' : ''}${sentence} [${cited}]`;
    }
    return 'extractive';
  }
}

interface Citable {
  readonly sentence: string;
  /** Number of its source, starting at 1. */
  readonly cited: number;
  readonly similarity: number;
}

/** Returns every sentence once, because several documents may contain the same passage. */
function citableOf(sources: readonly Source[]): Citable[] {
  const all = new Map<string, Citable>();
  for (const [index, { text, score: similarity }] of sources.entries()) {
    for (const sentence of sentencesOf(text)) {
      if (!all.has(sentence)) all.set(sentence, { sentence, cited: index + 1, similarity });
    }
  }
  return [...all.values()];
}
