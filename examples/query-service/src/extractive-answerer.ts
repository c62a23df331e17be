import type { Source } from '@nooble-examples/contracts';
import type { Answerer, WrittenAnswer } from './answerer.ts';
import { bm25 } from './bm25.ts';
import { sentencesOf } from './sentences.ts';
import { termsOf } from './terms.ts';

const SENTENCES = 3;
/** Sentences that answer much worse than the best one would only dilute it. */
const LEAST_SHARE = 0.5;
const NOTHING: WrittenAnswer = {
  answer: 'Nothing was found in this collection that answers this.',
  model: 'none',
};

/** Without a language model: the sentences of the sources that share the rarest words with the question. */
export class ExtractiveAnswerer implements Answerer {
  async answer(question: string, sources: readonly Source[]): Promise<WrittenAnswer> {
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
    if (!best) return NOTHING;
    const answer = ranked
      .filter(({ score }) => score >= LEAST_SHARE * best.score)
      .slice(0, SENTENCES)
      // As they stand in the sources: one may go on from another.
      .toSorted((a, b) => a.at - b.at)
      .map(({ sentence, cited }) => `${sentence} [${cited}]`);
    return { answer: answer.join(' '), model: 'extractive' };
  }
}

interface Citable {
  readonly sentence: string;
  /** Number of its source, from 1. */
  readonly cited: number;
  readonly similarity: number;
}

/** Every sentence once: passages of several documents may say the same. */
function citableOf(sources: readonly Source[]): Citable[] {
  const all = new Map<string, Citable>();
  for (const [index, { text, score: similarity }] of sources.entries()) {
    for (const sentence of sentencesOf(text)) {
      if (!all.has(sentence)) all.set(sentence, { sentence, cited: index + 1, similarity });
    }
  }
  return [...all.values()];
}
