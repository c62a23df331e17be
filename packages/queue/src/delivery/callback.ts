import { traceOf, type CallbackData, type DomainAction } from '@nooble/models';
import { callbackTypeFor } from '../admission/callback-check.ts';
import type { Lease } from '../broker.ts';

/** The action that tells the outcome of another; it has no callback of its own. */
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

/** `<action_id>.cb<token>`: no two ends share it, also where an id is used again, and a repeated delivery is known. */
export function callbackIdFor({ actionId, token }: Lease): string {
  return `${actionId}.cb${token}`;
}
