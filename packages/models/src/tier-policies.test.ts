import { describe, expect, it } from 'vitest';
import { DEFAULT_TIER_POLICIES, resolveTierPolicies } from './tier-policies.ts';
import { isTier, tierPriority, TIERS } from './tiers.ts';

describe('tiers', () => {
  it('are served in the order of the specification', () => {
    expect(TIERS.map(tierPriority)).toEqual([1, 2, 3, 4]);
    expect([isTier('free'), isTier('gold'), isTier(1)]).toEqual([true, false, false]);
  });
});

describe('tier policies', () => {
  it('have the specified limits and timeouts', () => {
    const policies = Object.values(DEFAULT_TIER_POLICIES);
    expect(policies.map(({ perMinute }) => perMinute)).toEqual([null, 200, 50, 10]);
    expect(policies.map(({ perDay }) => perDay)).toEqual([null, 10_000, 1_000, 100]);
    expect(policies.map(({ timeoutMs }) => timeoutMs / 1000)).toEqual([300, 120, 60, 30]);
    expect(policies.map(({ weight }) => weight)).toEqual([8, 4, 2, 1]);
  });

  it('take overrides per tier and are frozen', () => {
    const policies = resolveTierPolicies({ free: { perMinute: 2, onLimit: 'delay' } });
    expect(policies.free).toMatchObject({
      perMinute: 2,
      onLimit: 'delay',
      perDay: 100,
      priority: 4,
    });
    expect(policies.enterprise).toEqual(DEFAULT_TIER_POLICIES.enterprise);
    expect(Object.isFrozen(policies.free)).toBe(true);
  });

  it.each([
    [{ free: { weight: 0 } }, 'Cannot use 0 as tiers.free.weight: expected a number from 0.001'],
    [{ free: { weight: 1e4 } }, 'as tiers.free.weight'],
    [{ free: { perMinute: -1 } }, 'as tiers.free.perMinute'],
    [{ free: { perDay: 1.5 } }, 'as tiers.free.perDay'],
    [{ free: { maxActive: 0 } }, 'as tiers.free.maxActive'],
    [{ free: { timeoutMs: 2 ** 31 } }, 'as tiers.free.timeoutMs'],
    [{ free: { onLimit: 'drop' } }, '"drop" as tiers.free.onLimit: expected "reject" or "delay"'],
    [{ gold: {} }, 'Tiers has no option "gold", only enterprise, professional, advance, free'],
    [{ free: { perHour: 5 } }, 'Tier "free" has no option "perHour"'],
  ])('refuse %j', (overrides, message) => {
    expect(() => resolveTierPolicies(overrides as never)).toThrow(message);
  });
});
