import { readOptions, rule, type OptionRule, type OptionRules } from '@nooble/errors';
import { tierPriority, TIERS, type Tier } from './tiers.ts';

/** Limits and shares of a tier, per tenant and domain. `null` means no limit. */
export interface TierPolicy {
  /** Order in `strict` mode; 1 is first. */
  readonly priority: number;
  /** Share in `weighted` mode. */
  readonly weight: number;
  /** Maximum admissions in any 60 s. */
  readonly perMinute: number | null;
  /** Maximum admissions per UTC day. */
  readonly perDay: number | null;
  /** Maximum number of actions waiting or delayed. */
  readonly maxDepth: number | null;
  /** Over the minute limit: refuse the action, or delay it until the first free slot. */
  readonly onLimit: 'reject' | 'delay';
  /** Maximum number of actions run concurrently, across workers. */
  readonly maxActive: number | null;
  /** Timeout of one attempt (ms). */
  readonly timeoutMs: number;
}

/** Policies by tier: only the fields that differ from the defaults. `priority` cannot be changed. */
export type TierOverrides = {
  readonly [T in Tier]?: Partial<Omit<TierPolicy, 'priority'>>;
};

const BASE = { maxDepth: 100_000, onLimit: 'reject', maxActive: null } as const;

/** Default limits and shares of the tiers. */
export const DEFAULT_TIER_POLICIES: Readonly<Record<Tier, TierPolicy>> = deepFreeze({
  enterprise: {
    ...BASE,
    priority: 1,
    weight: 8,
    perMinute: null,
    perDay: null,
    timeoutMs: 300_000,
  },
  professional: {
    ...BASE,
    priority: 2,
    weight: 4,
    perMinute: 200,
    perDay: 10_000,
    timeoutMs: 120_000,
  },
  advance: { ...BASE, priority: 3, weight: 2, perMinute: 50, perDay: 1_000, timeoutMs: 60_000 },
  free: { ...BASE, priority: 4, weight: 1, perMinute: 10, perDay: 100, timeoutMs: 30_000 },
});

/** Rules of a tier policy, also for the limits of a single tenant. */
export const POLICY_RULES: OptionRules<TierPolicy> = {
  // Set by the tier itself: accepted so that a whole policy can be copied, and ignored.
  priority: rule.anything,
  weight: rule.number(1e-3, 1e3),
  perMinute: orNull(rule.whole(0, 1_000_000)),
  perDay: orNull(rule.whole(0)),
  maxDepth: orNull(rule.whole(0)),
  onLimit: rule.oneOf('reject', 'delay'),
  maxActive: orNull(rule.whole(1)),
  timeoutMs: rule.whole(1, 2 ** 31 - 1),
};

const TIER_RULES: OptionRules<TierOverrides> = {
  enterprise: rule.anything,
  professional: rule.anything,
  advance: rule.anything,
  free: rule.anything,
};

/** Returns policies with overrides applied, validated and frozen. Throws RangeError with the tier and its wrong fields. */
export function resolveTierPolicies(
  overrides: TierOverrides = {},
  defaults: Readonly<Record<Tier, TierPolicy>> = DEFAULT_TIER_POLICIES,
): Readonly<Record<Tier, TierPolicy>> {
  const given = readOptions(overrides, { of: 'tiers', rules: TIER_RULES });
  const entries = TIERS.map((tier) => {
    const check = { of: `tier "${tier}"`, rules: POLICY_RULES, prefix: `tiers.${tier}.` };
    const own = readOptions<Partial<TierPolicy>>(given[tier] ?? {}, check);
    const policy = { ...defaults[tier], ...own, priority: tierPriority(tier) };
    return [tier, Object.freeze(policy)] as const;
  });
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<Tier, TierPolicy>>;
}

function orNull({ isValid, expected }: OptionRule): OptionRule {
  return {
    isValid: (value) => value === null || isValid(value),
    expected: `${expected}, or null for no limit`,
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) Object.freeze(part);
  return Object.freeze(value);
}
