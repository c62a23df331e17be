import type { generateEmbeddings, Indexed } from '@nooble-examples/contracts';
import type { ActionResult, CallbackData, DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { answerQuestion } from './answer.ts';
import { sendAnswer } from './asking.ts';
import type { PendingPassages, PendingQuestion } from './pending-steps.ts';
import type { QueryParts } from './query-parts.ts';
import { normalised } from './vector-index.ts';

type Embeddings = ActionResult<typeof generateEmbeddings>;
type EmbeddingsCallback = DomainAction<CallbackData<Embeddings>>;

/**
 * Goes on where an earlier action stopped to wait for vectors. At least once: every step may be repeated,
 * and a pending step is forgotten only after its answer was sent.
 */
export function continueWithEmbeddings(parts: QueryParts) {
  return async (action: EmbeddingsCallback, ctx: ActionContext): Promise<void> => {
    const sentId = action.parentActionId ?? '';
    const pending = await parts.pending.get(sentId);
    if (!pending) return ctx.logger.info({ sent_id: sentId }, 'Nothing waits for these vectors');
    const answer = await nextStep(parts, pending, { callback: action, signal: ctx.signal });
    if (answer) await sendAnswer(pending.asked, answer, { action, ctx });
    await parts.pending.delete(sentId);
  };
}

/** What there is to answer by now; undefined while other parts are missing. */
async function nextStep(
  parts: QueryParts,
  pending: PendingPassages | PendingQuestion,
  { callback, signal }: { callback: EmbeddingsCallback; signal: AbortSignal },
): Promise<CallbackData | undefined> {
  const { data, tenantId, parentActionId = '' } = callback;
  if (data.status !== 'done') return data;
  const { embeddings } = data.result;
  if (pending.step === 'question') {
    const result = await answerQuestion(parts, pending, {
      tenantId,
      vector: embeddings[0] ?? [],
      signal,
    });
    return { status: 'done', result };
  }
  await storePassages(parts, pending, { tenantId, embeddings });
  const totals = await parts.pending.finishPart(pending.asked.actionId, parentActionId);
  const result: Indexed | undefined = totals && { collection: pending.collection, ...totals };
  return result && { status: 'done', result };
}

async function storePassages(
  { store }: QueryParts,
  { collection, passages }: PendingPassages,
  { tenantId, embeddings }: { tenantId: string; embeddings: Embeddings['embeddings'] },
): Promise<void> {
  const stored = passages.map((passage, index) => ({
    ...passage,
    vector: normalised(Float32Array.from(embeddings[index] ?? [])),
  }));
  await store.put({ tenantId, collection }, stored);
}
