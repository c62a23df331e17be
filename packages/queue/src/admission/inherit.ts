import { TenantMismatchError } from '@nooble/errors';
import { childFields, reviseAction, type DomainAction } from '@nooble/models';

/**
 * A child action: the task, session, tenant and trace of its parent. Throws TenantMismatchError for one
 * that was made for another tenant: acting for somebody else has to be asked of a manager of one's own.
 */
export function inherit(action: DomainAction, parent: DomainAction): DomainAction {
  if (action.tenantId !== parent.tenantId) {
    const reason = `it cannot send action "${action.actionId}" of tenant "${action.tenantId}"`;
    throw new TenantMismatchError({ tenantId: parent.tenantId, reason });
  }
  const { metadata, ...fields } = childFields(parent);
  return reviseAction(action, { ...fields, metadata: { ...metadata, ...action.metadata } });
}
