/** The tenants of the demo. */
export const TENANTS = {
  enterprise: { tenantId: 'globex', tenantTier: 'enterprise' },
  professional: { tenantId: 'initech', tenantTier: 'professional' },
  free: { tenantId: 'hobbyist', tenantTier: 'free' },
} as const;

/** A tenant that exceeds its limit. */
export const NEWCOMER = { tenantId: 'newcomer', tenantTier: 'free' } as const;

export const COLLECTION = 'docs';
