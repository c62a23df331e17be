/** All tiers, the most urgent first. */
export const TIERS = ['enterprise', 'professional', 'advance', 'free'] as const;

/** A tenant's plan; determines order, limits and timeouts. */
export type Tier = (typeof TIERS)[number];

const PRIORITIES = new Map<unknown, number>(TIERS.map((tier, index) => [tier, index + 1]));

/** Returns 1 (enterprise) to 4 (free); the smaller number is served first. */
export function tierPriority(tier: Tier): number {
  return TIERS.indexOf(tier) + 1;
}

/** Returns true for the name of a tier. */
export function isTier(value: unknown): value is Tier {
  return PRIORITIES.has(value);
}
