import { generateAnswer, type Answered, type Found } from '@nooble-examples/contracts';
import type { PendingQuestion } from './pending-steps.ts';
import type { QueryParts } from './query-parts.ts';

/** Searches with the vector of a question, and lets the answerer write where an answer was asked for. */
export async function answerQuestion(
  { index, answerer }: QueryParts,
  { asked, question }: PendingQuestion,
  {
    tenantId,
    vector,
    signal,
  }: { tenantId: string; vector: readonly number[]; signal: AbortSignal },
): Promise<Found | Answered> {
  const { collection, top_k: topK, threshold, filter } = question;
  const restriction = filter ? { documentIds: filter.document_ids } : {};
  const search = { vector, topK, threshold, ...restriction };
  const sources = await index.search({ tenantId, collection }, search);
  if (asked.actionType !== generateAnswer.type) return { sources };
  return { ...(await answerer.answer(question.query, sources, { signal })), sources };
}
