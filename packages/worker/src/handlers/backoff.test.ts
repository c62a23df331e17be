import { describe, expect, it } from 'vitest';
import { backoffMs, DEFAULT_RETRY_POLICY, resolveRetryPolicy } from './backoff.ts';

describe('backoff', () => {
  it('doubles its ceiling from 1 s with every failure, up to 60 s', () => {
    const ceilings = [1, 2, 3, 6, 7, 50].map((failures) =>
      backoffMs(DEFAULT_RETRY_POLICY, failures, () => 1),
    );
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  });

  it('stays a number after thousands of failures', () => {
    expect(backoffMs({ baseMs: 0, capMs: 1_000 }, 5_000, () => 1)).toBe(0);
    expect(backoffMs({ baseMs: 1, capMs: 1_000 }, 5_000, () => 1)).toBe(1_000);
  });

  it('spreads retries over all of the time up to its ceiling', () => {
    expect(backoffMs(DEFAULT_RETRY_POLICY, 3, () => 0)).toBe(0);
    expect(backoffMs(DEFAULT_RETRY_POLICY, 3, () => 0.5)).toBe(2_000);
  });
});

describe('a retry policy', () => {
  it('is completed by its defaults', () => {
    expect(resolveRetryPolicy({ attempts: 5 })).toEqual({
      attempts: 5,
      baseMs: 1_000,
      capMs: 60_000,
      throttledForMs: 3_600_000,
    });
    const defaults = { attempts: 9, baseMs: 5, capMs: 7, throttledForMs: 3 };
    expect(resolveRetryPolicy({ baseMs: 1 }, defaults)).toEqual({ ...defaults, baseMs: 1 });
  });

  it.each([
    { attempts: 0 },
    { attempts: 1.5 },
    { baseMs: -1 },
    { capMs: Infinity },
    { baseMs: NaN },
    { baseMs: Infinity },
    { capMs: 1e300 },
    { throttledForMs: -1 },
    { throttledForMs: NaN },
  ])('refuses %o', (overrides) => {
    expect(() => resolveRetryPolicy(overrides)).toThrow(RangeError);
  });
});
