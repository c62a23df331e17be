import type { Indexed } from '@nooble-examples/contracts';
import { TenantMismatchError } from '@nooble/errors';
import type { CallbackData, DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { answerQuestion } from './answer.ts';
import { sendAnswer } from './asking.ts';
import { modelOf, vectorsOf, type Embeddings } from './embedded-vectors.ts';
import type { PendingPassages, PendingStep } from './pending-steps.ts';
import type { QueryParts } from './query-parts.ts';

type EmbeddingsCallback = DomainAction<CallbackData<Embeddings>>;

/**
 * Returns the handler that continues a pending step once its vectors have arrived. Steps may run more than once. A pending
 * step is deleted only after it succeeded, so that a redrive can continue it.
 */
export function continueWithEmbeddings(parts: QueryParts) {
  return async (action: EmbeddingsCallback, ctx: ActionContext): Promise<void> => {
    const { tenantId, parentActionId: sentId = '', data } = action;
    const pending = await parts.pending.get(tenantId, sentId);
    if (!pending)
      return ctx.logger.info({ sent_id: sentId }, 'No pending request for these embeddings');
    const { asked } = pending;
    assertTenant(asked.tenantId, action);
    if (data.status !== 'done') return sendAnswer(asked, data, ctx);
    const next = { sentId, embeddings: data.result, signal: ctx.signal };
    const result = await nextStep(parts, pending, next);
    if (result) await sendAnswer(asked, { status: 'done', result }, ctx);
    await parts.pending.delete(tenantId, sentId);
  };
}

/** Looks up the original action that waits for the vectors of a callback. */
export function askedForEmbeddings({ pending }: QueryParts) {
  return async ({ tenantId, parentActionId: sentId = '' }: DomainAction) =>
    (await pending.get(tenantId, sentId))?.asked;
}

function assertTenant(tenantId: string, { actionId, tenantId: other }: DomainAction): void {
  if (tenantId === other) return;
  const reason = `callback "${actionId}" belongs to tenant "${other}"`;
  throw new TenantMismatchError({ tenantId, reason });
}

interface NextStep {
  readonly sentId: string;
  readonly embeddings: Embeddings;
  readonly signal: AbortSignal;
}

/** Runs the step and returns the answer, or undefined while other parts are missing. */
async function nextStep(
  parts: QueryParts,
  pending: PendingStep,
  { sentId, embeddings, signal }: NextStep,
): Promise<unknown> {
  if (pending.step === 'question') {
    return answerQuestion(parts, pending, { embeddings, signal });
  }
  await storePassages(parts, pending, embeddings);
  const totals = await parts.pending.finishPart(pending.asked, sentId);
  return totals && ({ collection: pending.collection, ...totals } satisfies Indexed);
}

async function storePassages(
  { store }: QueryParts,
  { asked: { tenantId }, collection, passages }: PendingPassages,
  embeddings: Embeddings,
): Promise<void> {
  const vectors = vectorsOf(embeddings, passages.length);
  const stored = passages.flatMap((passage, index) => {
    const vector = vectors[index];
    return vector ? [{ ...passage, vector }] : [];
  });
  await store.put({ tenantId, collection }, stored, modelOf(embeddings));
}
