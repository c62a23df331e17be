import { readOptions, rule, type OptionRules } from '@nooble/errors';

/** How often an action is tried, and how long between attempts. */
export interface RetryPolicy {
  /** Attempts in all, the first included; at least 1. */
  readonly attempts: number;
  /** Longest wait before the second attempt (ms); it doubles with each further one. */
  readonly baseMs: number;
  /** Longest wait of all (ms). */
  readonly capMs: number;
  /**
   * How long an action may go on being throttled, from the first time on (ms). Such attempts are not counted. After
   * it, or where it would have to wait beyond it, the action is dead; 0 counts them like any failure.
   */
  readonly throttledForMs: number;
}

/** 3 attempts, from 1 s up to 60 s apart; an hour of being throttled. */
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
 * Ms to wait after `failures` failed attempts (1 after the first): exponential with full jitter,
 * which spreads retries best (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function backoffMs(
  policy: Pick<RetryPolicy, 'baseMs' | 'capMs'>,
  failures: number,
  random: () => number = Math.random,
): number {
  // More doublings than reach any cap would end at Infinity, of which even a base of 0 makes no number.
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(failures - 1, 64));
  return Math.round(random() * ceiling);
}
