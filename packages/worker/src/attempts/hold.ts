import { isNoobleError, RateLimitError } from '@nooble/errors';
import type { Hold } from '@nooble/queue';
import type { RetryPolicy } from '../handlers/backoff.ts';
import { RetryLater } from '../handlers/control.ts';
import { KeyHeld } from './held-keys.ts';
import type { Throttling } from './retry-after.ts';

/** Facts about an attempt that may hold more than its action. */
export interface HoldFacts {
  readonly error: unknown;
  readonly retry: Pick<RetryPolicy, 'throttledForMs'>;
  /** Throttle key of the action; undefined if its handler declares none. */
  readonly throttleKey: string | undefined;
}

/**
 * Returns what an attempt holds besides its action: what `retryLater` asked for; otherwise the throttle key of the action, if
 * the error told for how long. A hold lasts at most `throttledForMs`.
 */
export function holdOf(facts: HoldFacts, throttling: Throttling | undefined): Hold | undefined {
  const { error, retry, throttleKey } = facts;
  const told = error instanceof RetryLater ? error.delayMs : throttling?.retryAfterMs;
  const forMs = Math.min(told ?? 0, retry.throttledForMs);
  if (forMs <= 0) return undefined;
  if (error instanceof RetryLater) return askedFor(error, forMs, throttleKey);
  if (throttleKey === undefined || isOfOthers(error)) return undefined;
  return { of: 'key', key: throttleKey, forMs };
}

/** Throws RangeError for a hold of a key that nobody names. */
export function assertNamed({ error, throttleKey }: HoldFacts): void {
  if (!(error instanceof RetryLater) || error.hold !== 'key') return;
  if ((error.key ?? throttleKey) !== undefined) return;
  throw new RangeError('Neither retryLater nor the handler names the throttle key to hold');
}

function askedFor(
  { hold, key = '' }: RetryLater,
  forMs: number,
  throttleKey = '',
): Hold | undefined {
  if (hold === 'action') return undefined;
  return hold === 'tenant'
    ? { of: 'tenant', forMs }
    : { of: 'key', key: key || throttleKey, forMs };
}

/** The key was found to be held, or the limit is that of a tenant in another domain. */
function isOfOthers(error: unknown): boolean {
  if (error instanceof KeyHeld) return true;
  return isNoobleError(error) && error.code === RateLimitError.kind.code;
}
