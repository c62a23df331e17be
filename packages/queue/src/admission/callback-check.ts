import { InvalidActionError, TenantMismatchError } from '@nooble/errors';
import { callbackTypeOf, domainOf, isActionType, parseQueueName } from '@nooble/models';
import type { DomainAction } from '@nooble/models';

/** Leaves room for `.cb<token>` after the id of an action that names a callback queue. */
const MAX_ID_LENGTH = 108;

/**
 * Checks at admission that the callback of an action can be created when it ends. Throws TenantMismatchError for a queue of
 * another tenant, and InvalidActionError for a callback that could not be created.
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

/** Returns the callback type that an action names, or the default one. */
export function callbackTypeFor({
  actionType,
  callbackType,
  callbackQueue = '',
}: DomainAction): string {
  return callbackType ?? callbackTypeOf(actionType, parseQueueName(callbackQueue).domain);
}
