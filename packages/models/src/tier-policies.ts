import { quoted } from '@nooble/errors';
import { isTier, tierPriority, TIERS, type Tier } from './tiers.ts';

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

/** A field of a policy that can be set. */
export type PolicyField = Exclude<keyof TierPolicy, 'priority'>;

/** Returns the defaults with overrides applied, validated and frozen. Throws RangeError with the tier and field. */
export function resolveTierPolicies(
  overrides: TierOverrides = {},
): Readonly<Record<Tier, TierPolicy>> {
  assertObject('tiers', overrides);
  const unknown = Object.keys(overrides).find((name) => !isTier(name));
  if (unknown !== undefined) {
    throw new RangeError(`Unknown tier ${quoted(unknown)}: expected one of ${TIERS.join(', ')}`);
  }
  const entries = TIERS.map((tier) => [tier, resolveOne(tier, overrides[tier] ?? {})] as const);
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<Tier, TierPolicy>>;
}

/** Returns a description of the expected value if `value` is invalid for the field, otherwise undefined. */
export function expectedOf(field: PolicyField, value: unknown): string | undefined {
  const { fits, expected } = RULES[field];
  return fits(value) ? undefined : expected;
}

function resolveOne(tier: Tier, overrides: Partial<TierPolicy>): TierPolicy {
  assertObject(`policy of tier "${tier}"`, overrides);
  const policy = { ...DEFAULT_TIER_POLICIES[tier], ...overrides, priority: tierPriority(tier) };
  for (const field of Object.keys(RULES) as PolicyField[]) {
    const expected = expectedOf(field, policy[field]);
    if (expected === undefined) continue;
    const given = `${field} ${quoted(policy[field])}`;
    throw new RangeError(`Invalid ${given} of tier "${tier}": expected ${expected}`);
  }
  return Object.freeze(policy);
}

function assertObject(what: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new RangeError(`Invalid ${what} ${quoted(value)}: expected an object`);
}

interface Rule {
  readonly fits: (value: unknown) => boolean;
  readonly expected: string;
}

const LIMIT: Rule = {
  fits: (value) => value === null || (Number.isSafeInteger(value) && (value as number) >= 0),
  expected: 'a whole number of at least 0, or null for no limit',
};

const RULES: Readonly<Record<PolicyField, Rule>> = {
  weight: {
    fits: (value) => typeof value === 'number' && value >= 1e-3 && value <= 1e3,
    expected: 'a number from 0.001 to 1000',
  },
  perMinute: {
    fits: (value) => LIMIT.fits(value) && Number(value) <= 1_000_000,
    expected: 'a whole number from 0 to 1000000, or null for no limit',
  },
  perDay: LIMIT,
  maxDepth: LIMIT,
  onLimit: {
    fits: (value) => value === 'reject' || value === 'delay',
    expected: '"reject" or "delay"',
  },
  maxActive: {
    fits: (value) => value === null || (Number.isSafeInteger(value) && (value as number) >= 1),
    expected: 'a whole number of at least 1, or null for no limit',
  },
  timeoutMs: {
    fits: (value) =>
      Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 2 ** 31 - 1,
    expected: 'a whole number of ms from 1 to 2147483647',
  },
};

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) Object.freeze(part);
  return Object.freeze(value);
}
