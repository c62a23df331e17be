import type { Tier } from '@nooble/models';

export interface BulkTenant {
  readonly tenantId: string;
  readonly tenantTier: Tier;
}

/** Tenants with one limit each, set as the limit of their tier. */
export const BY_MINUTE: BulkTenant = { tenantId: 'bulk-by-minute', tenantTier: 'professional' };
export const BY_DAY: BulkTenant = { tenantId: 'bulk-by-day', tenantTier: 'free' };

/** Tenants of consecutive actions: each limited tenant has one in ten. */
export const BULK_SHARES: readonly BulkTenant[] = [
  ...Array.from({ length: 8 }, (_, at): BulkTenant => ({
    tenantId: `bulk-${at % 3}`,
    tenantTier: 'enterprise',
  })),
  BY_MINUTE,
  BY_DAY,
];
