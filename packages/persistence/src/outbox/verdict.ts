import { isNoobleError, RateLimitError, RedisUnavailableError, toWireError } from '@nooble/errors';

/** Result of the admission of one row. */
export type Verdict =
  | { readonly kind: 'admitted' }
  /** It is tried again after `delayMs`. With `holds` the same limit applies to all actions of its tenant in its domain. */
  | {
      readonly kind: 'put-off';
      readonly delayMs: number;
      readonly holds: boolean;
      readonly error: string;
    }
  /** It can never be admitted. */
  | { readonly kind: 'refused'; readonly error: string };

/** First and longest delay before another attempt, without a retry-after (ms). */
const BACKOFF_MS = { first: 500, longest: 60_000 };

/** Codes of errors that apply to all actions of a tenant in a domain. */
const HOLDING = ['RATE_LIMIT', 'QUEUE_FULL', 'QUEUE_PAUSED'];

/**
 * Returns the verdict on an action that was not admitted, after a number of earlier attempts. Rethrows RedisUnavailableError, which says
 * nothing about the action.
 */
export function verdictOf(error: unknown, attempts: number): Verdict {
  if (error instanceof RedisUnavailableError) throw error;
  const wire = JSON.stringify(toWireError(error));
  // An error without a type is a mistake in this program, or in the directory of its user: it may be corrected.
  if (isNoobleError(error) && !error.retryable) return { kind: 'refused', error: wire };
  const backoffMs = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** Math.min(attempts, 20));
  const delayMs = error instanceof RateLimitError ? error.retryAfterMs : backoffMs;
  const holds = isNoobleError(error) && HOLDING.includes(error.code);
  return { kind: 'put-off', delayMs: Math.max(1, Math.ceil(delayMs)), holds, error: wire };
}
