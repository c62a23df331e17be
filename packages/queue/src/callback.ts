import { InvalidActionError, TenantMismatchError } from '@nooble/errors';
import {
  callbackTypeOf,
  domainOf,
  isActionType,
  parseQueueName,
  traceOf,
  type CallbackData,
  type DomainAction,
} from '@nooble/models';
import type { Lease } from './broker.ts';

/** Room for `.cb<token>` after the id of an action that names a callback queue. */
const MAX_ID_LENGTH = 108;

/**
 * Checks at admission what a callback will need at the end. Throws TenantMismatchError for a queue
 * of another tenant and InvalidActionError for a callback that could not be made.
 */
export function assertCallback(action: DomainAction): void {
  const { actionId, tenantId, callbackQueue } = action;
  if (callbackQueue === undefined) return;
  const target = parseQueueName(callbackQueue);
  if (target.tenantId !== tenantId) {
    const reason = `callback queue "${callbackQueue}" belongs to another tenant`;
    throw new TenantMismatchError({ tenantId, reason });
  }
  const type = callbackTypeFor(action);
  if (!isActionType(type) || domainOf(type) !== target.domain) {
    const reason = `callback type "${type}" is not one of domain "${target.domain}"`;
    throw new InvalidActionError({ actionId, reason });
  }
  if (actionId.length > MAX_ID_LENGTH) {
    const reason = `its id has more than ${MAX_ID_LENGTH} characters and names a callback queue`;
    throw new InvalidActionError({ actionId, reason });
  }
}

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

function callbackTypeFor({ actionType, callbackType, callbackQueue = '' }: DomainAction): string {
  return callbackType ?? callbackTypeOf(actionType, parseQueueName(callbackQueue).domain);
}
