import fc from 'fast-check';
import type { Setting, TenantSetting } from './protocol-model.ts';

export const TENANTS = ['a', 'b', 'c'] as const;

/** Idempotency keys in use. */
export const KEYS = ['k'] as const;

/** Sequences in use: a name, and the session of every action. */
export const SEQUENCES = ['q', 'session'] as const;

export const tenantName = fc.constantFrom(...TENANTS);

const weight = fc.constantFrom(1, 1, 1, 2, 0.5, 3);
const cap = fc.constantFrom(null, null, 1, 2);

/** Possible directory entries of a tenant. */
const tenantSetting: fc.Arbitrary<TenantSetting> = fc.record({
  tier: fc.constantFrom(1, 2, 2, 3, 4),
  weight,
  cap,
  limits: fc.record({
    perMinute: fc.constantFrom(null, null, null, 0, 1, 2, 3),
    perDay: fc.constantFrom(null, null, null, 2, 5),
    maxDepth: fc.constantFrom(null, null, null, 1, 3),
    onLimit: fc.constantFrom('reject', 'delay'),
  }),
});

/** Tenants of one tier that are held back only by their share. */
const peer: fc.Arbitrary<TenantSetting> = fc.record({
  tier: fc.constant(2),
  weight,
  cap: fc.constant(null),
  limits: fc.constant({ perMinute: null, perDay: null, maxDepth: null, onLimit: 'reject' }),
});

/** Tenants of all tiers that differ in nothing else. */
const ranked: fc.Arbitrary<TenantSetting> = fc
  .tuple(peer, fc.constantFrom(1, 2, 3, 4))
  .map(([setting, tier]) => ({ ...setting, tier }));

/** Tenants held back by their windows. */
const limited: fc.Arbitrary<TenantSetting> = fc.record({
  tier: fc.constantFrom(2, 4),
  weight: fc.constant(1),
  cap: fc.constant(null),
  limits: fc.record({
    perMinute: fc.constantFrom(1, 2, 3),
    perDay: fc.constantFrom(null, 3, 5),
    maxDepth: fc.constant(null),
    onLimit: fc.constantFrom('reject', 'delay', 'delay'),
  }),
});

/** Tenants of one tier that run one or two actions at a time. */
const capped: fc.Arbitrary<TenantSetting> = fc
  .tuple(peer, fc.constantFrom(1, 1, 2))
  .map(([setting, cap]) => ({ ...setting, cap }));

/** Possible new entries of a tenant. */
export const otherSetting = fc.oneof(tenantSetting, limited);

const allOf = (each: fc.Arbitrary<TenantSetting>) => fc.record({ a: each, b: each, c: each });

const WEIGHTS = [8, 4, 2, 1];

/** Constants of a sequence. */
export const setting: fc.Arbitrary<Setting> = fc.record({
  order: fc.record({
    mode: fc.constantFrom('strict' as const, 'strict' as const, 'weighted' as const),
    floor: fc.constantFrom(16, 0, 2, 3),
    weights: fc.constant(WEIGHTS),
    share: fc.constantFrom('turns' as const, 'time' as const),
  }),
  maxStalls: fc.constantFrom(0, 1, 1, 2),
  keepsHistory: fc.boolean(),
  tenants: fc.oneof(
    { weight: 2, arbitrary: allOf(tenantSetting) },
    { weight: 2, arbitrary: allOf(peer) },
    { weight: 1, arbitrary: allOf(limited) },
    { weight: 1, arbitrary: allOf(ranked) },
    { weight: 1, arbitrary: allOf(capped) },
  ),
});
