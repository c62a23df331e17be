import { assertTenantId } from '@nooble/models';
import type { Sessions, Transaction } from './sessions.ts';

/** Runs the work in a transaction that sees and changes only rows of the tenant. */
export async function inTenant<Result>(
  sessions: Sessions,
  tenantId: string,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  assertTenantId(tenantId);
  const attempted = `use the rows of tenant "${tenantId}"`;
  return sessions.transaction({ role: 'app', attempted, tenantId }, work);
}
