import { readOptions, rule, type OptionRules } from '@nooble/errors';

/** Number of attempts of an action, and the time between them. */
export interface RetryPolicy {
  /** Maximum number of attempts, including the first; at least 1. */
  readonly attempts: number;
  /** Maximum delay before the second attempt (ms). It doubles with each further attempt. */
  readonly baseMs: number;
  /** Maximum delay before any attempt (ms). */
  readonly capMs: number;
  /**
   * Maximum time for which an action may be throttled, from the first time on (ms). Throttled attempts are not counted.
   * After this time, or if it would have to wait longer, the action is dead. 0 counts them like any failure.
   */
  readonly throttledForMs: number;
}

/** 3 attempts, 1 s to 60 s apart; up to an hour throttled. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = Object.freeze({
  attempts: 3,
  baseMs: 1_000,
  capMs: 60_000,
  throttledForMs: 3_600_000,
});

/** Rules of a retry policy, for the options that contain one. */
export const RETRY_RULES: OptionRules<RetryPolicy> = {
  attempts: rule.whole(1),
  baseMs: rule.duration,
  capMs: rule.duration,
  throttledForMs: rule.duration,
};

/** Checks a policy and completes it with another one. Throws RangeError. */
export function resolveRetryPolicy(
  overrides: Partial<RetryPolicy> = {},
  defaults: RetryPolicy = DEFAULT_RETRY_POLICY,
): RetryPolicy {
  const given = readOptions(overrides, { of: 'a retry policy', rules: RETRY_RULES });
  return Object.freeze({ ...defaults, ...given });
}

/**
 * Returns the delay after `failures` failed attempts (ms; 1 after the first): exponential with full jitter, which spreads
 * retries best (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function backoffMs(
  policy: Pick<RetryPolicy, 'baseMs' | 'capMs'>,
  failures: number,
  random: () => number = Math.random,
): number {
  // Cap the exponent: 0 × 2^∞ is NaN.
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(failures - 1, 64));
  return Math.round(random() * ceiling);
}
