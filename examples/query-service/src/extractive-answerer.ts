import type { Source } from '@nooble-examples/contracts';
import type { Answerer, WrittenAnswer } from './answerer.ts';

const SENTENCES = 3;
const NOTHING = 'Nothing in this collection answers that.';

/** Without a language model: the sentences of the sources that share most words with the question. */
export class ExtractiveAnswerer implements Answerer {
  async answer(question: string, sources: readonly Source[]): Promise<WrittenAnswer> {
    const words = new Set(stemsOf(question));
    const sentences = sources.flatMap((source, index) =>
      sentencesOf(source.text).map((text) => {
        const shared = new Set(stemsOf(text).filter((stem) => words.has(stem))).size;
        return { text: `${text} [${index + 1}]`, score: shared * (0.5 + source.score) };
      }),
    );
    const best = sentences
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score)
      .slice(0, SENTENCES)
      .map(({ text }) => text);
    return { answer: best.join(' ') || NOTHING, model: 'extractive' };
  }
}

/** Sentences of plain prose; headings, tables and code answer nothing. */
function sentencesOf(markdown: string): string[] {
  const prose = markdown
    .replace(/```[^]*?(```|$)/g, '')
    .replace(/^(#{1,6} .*|\|.*)$/gm, '')
    .replace(/^\s*(?:[-*]|\d+\.) /gm, '')
    .replace(/[*_`]/g, '');
  return prose
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?:]) (?=[\p{Lu}\d"(])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length >= 20);
}

/** Words of four letters and more, cut to six: enough to match "tenant" and "tenants". */
function stemsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []).map((word) => word.slice(0, 6));
}
