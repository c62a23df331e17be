import { answersFor } from '@nooble-examples/contracts';
import { InvalidActionError, TenantMismatchError } from '@nooble/errors';
import { isQueueName, parseQueueName } from '@nooble/models';
import type { ActionDefinition, CallbackData, DomainAction } from '@nooble/models';
import type { ActionContext, OnDead } from '@nooble/worker';
import type { AskedAction } from './pending-steps.ts';
import { stepIdOf } from './step-id.ts';

/** What an answer will need of the action that asks. Throws TenantMismatchError for an answer queue of another tenant. */
export function askedBy(action: DomainAction<{ readonly answer_queue: string }>): AskedAction {
  const { actionId, actionType, tenantId, data } = action;
  if (parseQueueName(data.answer_queue).tenantId !== tenantId) {
    const reason = `answer queue "${data.answer_queue}" belongs to another tenant`;
    throw new TenantMismatchError({ tenantId, reason });
  }
  return { tenantId, actionId, actionType, answerQueue: data.answer_queue };
}

/**
 * Sends the answer in the form of a callback. Its id and key follow from the action that asked, so that a
 * step that runs twice answers once; a success after a failure, as by a redrive, is told as well.
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
    const reason = `there is no answer to an action of type "${asked.actionType}"`;
    throw new InvalidActionError({ actionId: asked.actionId, reason });
  }
  const actionId = stepIdOf(asked, answer.status === 'done' ? 'answer' : 'failure');
  await ctx.enqueue(definition, answer, { actionId, idempotencyKey: actionId });
}

/** Tells whoever asked that the action that worked for them is dead. */
export function tellFailure(
  askedOf: (action: DomainAction) => Promise<AskedAction | undefined> | AskedAction | undefined,
): OnDead {
  return async (action, error, ctx) => {
    const asked = await askedOf(action);
    if (asked) await sendAnswer(asked, { status: 'dead', error }, ctx);
  };
}

/** As `askedBy`, of an action whose data may not fit its schema. */
export function askedIfKnown(action: DomainAction): AskedAction | undefined {
  const { answer_queue: queue } = (action.data ?? {}) as { readonly answer_queue?: unknown };
  if (!isQueueName(queue)) return undefined;
  return askedBy({ ...action, data: { answer_queue: queue } });
}
