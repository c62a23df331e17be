import { TenantDirectoryError } from '@nooble/errors';
import { checkTenantEntry, type TenantEntry, type TenantLimits } from '@nooble/queue';
import type { Tier } from '@nooble/models';

/** A tenant joined with its plan. */
export interface EntryRow {
  readonly tenant_id: string;
  readonly tier: string;
  readonly plan_weight: number | null;
  readonly weight: number | null;
  readonly plan_limits: object;
  readonly limits: object;
  readonly suspended: boolean;
}

/** Returns the columns of an `EntryRow`. */
export const ENTRY_COLUMNS = `t.tenant_id, p.tier, p.weight AS plan_weight, t.weight,
  p.limits AS plan_limits, t.limits, t.suspended`;

/** Returns the entry of a tenant, in which its own values replace those of its plan. Throws TenantDirectoryError. */
export function entryOf(row: EntryRow): TenantEntry {
  const weight = row.weight ?? row.plan_weight;
  const entry = {
    tier: row.tier as Tier,
    ...(weight !== null && { weight }),
    limits: { ...row.plan_limits, ...row.limits } as TenantLimits,
    suspended: row.suspended,
  };
  try {
    return checkTenantEntry(entry);
  } catch (error) {
    const reason = `contains an invalid entry: ${(error as Error).message}`;
    throw new TenantDirectoryError({ tenantId: row.tenant_id, reason });
  }
}
