import { checkOption, rule } from '@nooble/errors';
import { assertActionId, assertDomain, assertTenantId } from '@nooble/models';
import type { ActionRef } from './receipt.ts';

/** Throws RangeError for a value that is no object, and InvalidActionError for a wrong name in it. */
export function assertRef(value: unknown): asserts value is ActionRef {
  checkOption('reference to an action', value, rule.object);
  const { domain, actionId, tenantId } = value as Partial<ActionRef>;
  assertDomain(domain);
  assertActionId(actionId);
  if (tenantId !== undefined) assertTenantId(tenantId);
}
