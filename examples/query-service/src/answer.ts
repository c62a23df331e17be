import { generateAnswer, type Answered, type Found } from '@nooble-examples/contracts';
import { modelOf, vectorsOf, type Embeddings } from './embedded-vectors.ts';
import type { PendingQuestion } from './pending-steps.ts';
import type { QueryParts } from './query-parts.ts';

/** Searches with the vector of a question, and writes an answer if the action asked for one. */
export async function answerQuestion(
  { index, answerer }: QueryParts,
  { asked, question }: PendingQuestion,
  { embeddings, signal }: { embeddings: Embeddings; signal: AbortSignal },
): Promise<Found | Answered> {
  const { collection, top_k: topK, threshold, filter } = question;
  const [vector = new Float32Array()] = vectorsOf(embeddings, 1);
  const restriction = filter ? { documentIds: filter.document_ids } : {};
  const search = { vector, model: modelOf(embeddings), topK, threshold, ...restriction };
  const sources = await index.search({ tenantId: asked.tenantId, collection }, search);
  if (asked.actionType !== generateAnswer.type) return { sources };
  return { ...(await answerer.answer(question.query, sources, { signal })), sources };
}
