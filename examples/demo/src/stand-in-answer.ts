import { ExtractiveAnswerer, sentencesOf } from '@nooble-examples/query-service/extractive';
import { truncate } from '@nooble/errors';
import type { Source } from '@nooble-examples/contracts';

/** Any other question is answered by the sentences of the sources that match it best. */
const RECITATION = /^Recite (\d+) words: /;
/** Maximum length of a question for `query.generate`. */
const MAX_CHARACTERS = 2_000;

/** Returns a question with an answer of this length, about the same sources as another question. */
export function recite(words: number, question: string): string {
  return truncate(`Recite ${words} words: ${question}`, MAX_CHARACTERS);
}

/** Composes an answer to the prompt of the query service from the sources in it. */
export async function standInAnswer(prompt: string, signal: AbortSignal): Promise<string> {
  const at = prompt.lastIndexOf('Question: ');
  const question = prompt.slice(at + 'Question: '.length);
  const sources = sourcesIn(prompt.slice(0, at));
  const [, words] = RECITATION.exec(question) ?? [];
  if (words !== undefined) return recitationOf(sources, Number(words));
  let answer = '';
  for await (const part of new ExtractiveAnswerer().answer(question, sources)) {
    signal.throwIfAborted();
    answer += part;
  }
  return answer;
}

/** The query service numbers its sources: `[1] <title>`, a line break, and the text. */
function sourcesIn(text: string): Source[] {
  const sources: Source[] = [];
  for (const block of text.split(/(?:^|\n\n)(?=\[\d+\] )/)) {
    const [, number, title = '', body = ''] = /^\[(\d+)\] (.*)\n([^]*)$/.exec(block) ?? [];
    if (Number(number) !== sources.length + 1) continue;
    sources.push({ document_id: String(number), title, text: body, score: 0.5 });
  }
  return sources;
}

/** Returns sentences of the sources in their order, from the beginning again if they are short; numbers if there are none. */
function recitationOf(sources: readonly Source[], length: number): string {
  const words = sources.flatMap(({ text }) => sentencesOf(text)).flatMap((each) => each.split(' '));
  return Array.from({ length }, (_, at) => words[at % words.length] ?? `${at + 1},`).join(' ');
}
