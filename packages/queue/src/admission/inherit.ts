import { TenantMismatchError } from '@nooble/errors';
import { childFields, isoOf, reviseAction, type DomainAction } from '@nooble/models';
import type { EnqueueOptions } from './enqueue-options.ts';
import type { RunningAction } from './running-action.ts';

/** An action with the options of its enqueue call. */
export interface Sent {
  readonly action: DomainAction;
  readonly options: EnqueueOptions | undefined;
}

/**
 * Returns a child action with the task, session, tenant and trace of its parent. Throws TenantMismatchError for an action of
 * another tenant: to act for another tenant, use a separate manager.
 */
export function inherit(action: DomainAction, parent: DomainAction): DomainAction {
  if (action.tenantId !== parent.tenantId) {
    const reason = `it cannot send action "${action.actionId}" of tenant "${action.tenantId}"`;
    throw new TenantMismatchError({ tenantId: parent.tenantId, reason });
  }
  const { metadata, ...fields } = childFields(parent);
  return reviseAction(action, { ...fields, metadata: { ...metadata, ...action.metadata } });
}

/** Limits a child action to the deadline of its parent: the earlier of both applies. */
export function inheritDeadline(
  { action, options }: Sent,
  { expiresMs, leftMs }: Pick<RunningAction, 'expiresMs' | 'leftMs'>,
): Sent {
  if (expiresMs === undefined) return { action, options };
  const { expiresInMs = 0, ...others } = options ?? {};
  const { expiresAt } = action;
  // Both at once are refused later.
  if (expiresAt !== undefined && (expiresInMs !== 0 || Date.parse(expiresAt) <= expiresMs)) {
    return { action, options };
  }
  if (expiresInMs !== 0 && expiresInMs <= leftMs()) return { action, options };
  return { action: reviseAction(action, { expiresAt: isoOf(expiresMs) }), options: others };
}
