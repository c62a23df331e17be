import type { Tier } from '@nooble/models';

export interface BulkTenant {
  readonly tenantId: string;
  readonly tenantTier: Tier;
}

/** Each has a limit of one kind, which the limits of its tier are. */
export const BY_MINUTE: BulkTenant = { tenantId: 'bulk-by-minute', tenantTier: 'professional' };
export const BY_DAY: BulkTenant = { tenantId: 'bulk-by-day', tenantTier: 'free' };

/** Who sends, in turn: one in ten of each that is limited. */
export const BULK_SHARES: readonly BulkTenant[] = [
  ...Array.from({ length: 8 }, (_, at): BulkTenant => ({
    tenantId: `bulk-${at % 3}`,
    tenantTier: 'enterprise',
  })),
  BY_MINUTE,
  BY_DAY,
];
