import { traceOf, type CallbackData, type DomainAction } from '@nooble/models';
import { callbackTypeFor } from '../admission/callback-check.ts';
import type { Lease } from '../broker.ts';

/** Returns the action that reports the outcome of another action. It has no callback itself. */
export function callbackFor(
  action: DomainAction,
  callbackId: string,
  data: CallbackData,
): DomainAction {
  return {
    v: 1,
    actionId: callbackId,
    actionType: callbackTypeFor(action),
    taskId: action.taskId,
    tenantId: action.tenantId,
    tenantTier: action.tenantTier,
    ...(action.sessionId !== undefined && { sessionId: action.sessionId }),
    data,
    metadata: traceOf(action),
    parentActionId: action.actionId,
    createdAt: new Date().toISOString(),
  };
}

/** Returns `<action_id>.cb<token>`. It is unique even if an action id is reused, and a repeated delivery has the same id. */
export function callbackIdFor({ actionId, token }: Lease): string {
  return `${actionId}.cb${token}`;
}
