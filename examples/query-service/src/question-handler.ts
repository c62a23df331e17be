import { generateEmbeddings, type Answered, type Found } from '@nooble-examples/contracts';
import type { Question, Source } from '@nooble-examples/contracts';
import type { DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { modelOf, vectorsOf } from './embedded-vectors.ts';
import type { QueryParts } from './query-parts.ts';

/** Returns the passages that are similar to a question. */
export function searchHandler(parts: QueryParts) {
  return async (action: DomainAction<Question>, ctx: ActionContext): Promise<Found> => ({
    sources: await sourcesOf(parts, action, ctx),
  });
}

/** Answers a question, and streams the answer while it is written. */
export function answerHandler(parts: QueryParts) {
  return async (
    action: DomainAction<Question>,
    ctx: ActionContext<{ readonly text: string }>,
  ): Promise<Answered> => {
    const sources = await sourcesOf(parts, action, ctx);
    const { signal } = ctx;
    const writing = parts.answerer.answer(action.data.query, sources, { signal });
    let answer = '';
    let next = await writing.next();
    for (; next.done !== true; next = await writing.next()) {
      answer += next.value;
      await ctx.emit({ text: next.value });
    }
    return { answer: answer.trim(), sources, model: next.value };
  };
}

/** Searches with the vector of the question, which the embedding service computes. */
async function sourcesOf(
  { index }: QueryParts,
  { tenantId, data }: DomainAction<Question>,
  ctx: Pick<ActionContext, 'call'>,
): Promise<Source[]> {
  const { query, collection, top_k: topK, threshold, filter } = data;
  const embeddings = await ctx.call('embed', generateEmbeddings, { data: { texts: [query] } });
  const [vector = new Float32Array()] = vectorsOf(embeddings, 1);
  const restriction = filter ? { documentIds: filter.document_ids } : {};
  const search = { vector, model: modelOf(embeddings), topK, threshold, ...restriction };
  return index.search({ tenantId, collection }, search);
}
