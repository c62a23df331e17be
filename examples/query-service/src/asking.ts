import { answersFor } from '@nooble-examples/contracts';
import { InvalidActionError, TenantMismatchError } from '@nooble/errors';
import { childFields, parseQueueName, type CallbackData, type DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import type { AskedAction } from './pending-steps.ts';
import { stepIdOf } from './step-id.ts';

/** The action that is being handled, and its context. */
export interface Handled {
  readonly action: DomainAction;
  readonly ctx: ActionContext;
}

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
  { action, ctx }: Handled,
): Promise<void> {
  const { domain } = parseQueueName(asked.answerQueue);
  const definition = Object.values(answersFor(domain)).find(({ type }) =>
    type.endsWith(`.${asked.actionType}.result`),
  );
  if (!definition) {
    const reason = `there is no answer to an action of type "${asked.actionType}"`;
    throw new InvalidActionError({ actionId: asked.actionId, reason });
  }
  const actionId = stepIdOf(asked, answer.status === 'done' ? 'answer' : 'failure');
  const created = definition.create({ ...childFields(action), actionId, data: answer as never });
  await ctx.queues.enqueue(created, { idempotencyKey: actionId });
}
