import { answersFor } from '@nooble-examples/contracts';
import { InvalidActionError, TenantMismatchError } from '@nooble/errors';
import { isQueueName, parseQueueName } from '@nooble/models';
import type { ActionDefinition, CallbackData, DomainAction } from '@nooble/models';
import type { ActionContext, OnDead } from '@nooble/worker';
import type { AskedAction } from './pending-steps.ts';
import { stepIdOf } from './step-id.ts';

/** Returns the fields needed to send the answer later. Throws TenantMismatchError for an answer queue of another tenant. */
export function askedBy(action: DomainAction<{ readonly answer_queue: string }>): AskedAction {
  const { actionId, actionType, tenantId, data } = action;
  if (parseQueueName(data.answer_queue).tenantId !== tenantId) {
    const reason = `answer queue "${data.answer_queue}" belongs to another tenant`;
    throw new TenantMismatchError({ tenantId, reason });
  }
  return { tenantId, actionId, actionType, answerQueue: data.answer_queue };
}

/**
 * Sends the answer in the form of a callback. Its id and idempotency key are derived from the original action, so a step
 * that runs twice sends one answer. A success after a failure, for example after a redrive, is sent as well.
 */
export async function sendAnswer(
  asked: AskedAction,
  answer: CallbackData,
  ctx: ActionContext,
): Promise<void> {
  const { domain } = parseQueueName(asked.answerQueue);
  const answers: readonly ActionDefinition[] = Object.values(answersFor(domain));
  const definition = answers.find(({ type }) => type.endsWith(`.${asked.actionType}.result`));
  if (!definition) {
    const reason = `actions of type "${asked.actionType}" have no answer`;
    throw new InvalidActionError({ actionId: asked.actionId, reason });
  }
  const actionId = stepIdOf(asked, answer.status === 'done' ? 'answer' : 'failure');
  await ctx.enqueue(definition, answer, { actionId, idempotencyKey: actionId });
}

/** Returns an `onDead` that sends a `dead` answer to the sender of the original action. */
export function tellFailure(
  askedOf: (action: DomainAction) => Promise<AskedAction | undefined> | AskedAction | undefined,
): OnDead {
  return async (action, error, ctx) => {
    const asked = await askedOf(action);
    if (asked) await sendAnswer(asked, { status: 'dead', error }, ctx);
  };
}

/** Like `askedBy`, but for unvalidated data: returns undefined if there is no valid answer queue. */
export function askedIfKnown(action: DomainAction): AskedAction | undefined {
  const { answer_queue: queue } = (action.data ?? {}) as { readonly answer_queue?: unknown };
  if (!isQueueName(queue)) return undefined;
  return askedBy({ ...action, data: { answer_queue: queue } });
}
