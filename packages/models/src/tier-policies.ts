import { quoted } from '@nooble/errors';
import { isTier, tierPriority, TIERS, type Tier } from './tiers.ts';

/** What a tier is entitled to, per tenant and domain. `null` means without limit. */
export interface TierPolicy {
  /** Serving order of the `strict` mode; 1 is first. */
  readonly priority: number;
  /** Share of the `weighted` mode. */
  readonly weight: number;
  /** Admissions in any 60 s. */
  readonly perMinute: number | null;
  /** Admissions per UTC day. */
  readonly perDay: number | null;
  /** Actions waiting or delayed at a time. */
  readonly maxDepth: number | null;
  /** Over the minute limit: refuse, or admit for the first free moment. */
  readonly onLimit: 'reject' | 'delay';
  /** Actions running at a time, across workers. */
  readonly maxActive: number | null;
  /** Time for one attempt of a handler (ms). */
  readonly timeoutMs: number;
}

/** Policies by tier; only the fields that differ from the defaults. `priority` is the tier's own. */
export type TierOverrides = {
  readonly [T in Tier]?: Partial<Omit<TierPolicy, 'priority'>>;
};

const BASE = { maxDepth: 100_000, onLimit: 'reject', maxActive: null } as const;

/** The specified defaults. */
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

/** The defaults with overrides applied, checked and frozen. Throws RangeError naming tier and field. */
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

/** What a field of a policy has to be, for a value that does not fit; undefined for one that does. */
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
  expected: 'a whole number from 0 up, or null for no limit',
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
    expected: 'a whole number from 1 up, or null for no limit',
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
