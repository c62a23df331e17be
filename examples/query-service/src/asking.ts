import { answersFor } from '@nooble-examples/contracts';
import { TenantMismatchError } from '@nooble/errors';
import { childFields, parseQueueName, type CallbackData, type DomainAction } from '@nooble/models';
import { giveUp, type ActionContext } from '@nooble/worker';
import type { AskedAction } from './pending-steps.ts';

/** What an answer will need of the action that asks. Gives up on an answer queue of another tenant. */
export function askedBy(action: DomainAction<{ readonly answer_queue: string }>): AskedAction {
  const { actionId, actionType, tenantId, data } = action;
  if (parseQueueName(data.answer_queue).tenantId !== tenantId) {
    const reason = `answer queue "${data.answer_queue}" belongs to another tenant`;
    giveUp(new TenantMismatchError({ tenantId, reason }));
  }
  return { actionId, actionType, answerQueue: data.answer_queue };
}

/**
 * Sends the answer in the form of a callback. Its id and key are those of the action that asked, so that
 * a step that runs twice answers once.
 */
export async function sendAnswer(
  asked: AskedAction,
  answer: CallbackData,
  { action, ctx }: { action: DomainAction; ctx: ActionContext },
): Promise<void> {
  const { domain } = parseQueueName(asked.answerQueue);
  const definition = Object.values(answersFor(domain)).find(({ type }) =>
    type.endsWith(`.${asked.actionType}.result`),
  );
  if (!definition) giveUp(`There is no answer to an action of type "${asked.actionType}"`);
  const actionId = `${asked.actionId}.answer`;
  const created = definition.create({ ...childFields(action), actionId, data: answer as never });
  await ctx.queues.enqueue(created, { idempotencyKey: actionId });
}
