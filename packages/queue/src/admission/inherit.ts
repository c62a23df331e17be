import { TenantMismatchError } from '@nooble/errors';
import { childFields, reviseAction, type DomainAction } from '@nooble/models';

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
