import { toWireError, type WireError } from '@nooble/errors';
import type { ClaimedAction, Outcome } from '@nooble/queue';
import { backoffMs, type RetryPolicy } from '../handlers/backoff.ts';
import { GiveUp, RetryLater, WorkerStopping } from '../handlers/control.ts';
import { elapsedMs, putOff } from './put-off.ts';
import { throttlingOf, type Throttling } from './retry-after.ts';

/** Facts about an attempt that threw. */
export interface FailedAttempt {
  readonly error: unknown;
  readonly claimed: ClaimedAction;
  /** Time since its start (ms). */
  readonly runningMs: number;
  readonly retry: RetryPolicy;
  /** Maximum time to wait for a worker with its handler (ms); undefined if this worker has it. */
  readonly unhandledForMs: number | undefined;
  /** Wall clock (Unix ms). */
  readonly nowMs: number;
}

/**
 * Returns the outcome of an attempt that threw. Released if the worker stops; put off, without counting a failure, if the
 * handler was throttled or is missing; otherwise a retry while the error is retryable and attempts are left, and dead after
 * that. Never throws.
 */
export function outcomeOfError(attempt: FailedAttempt): Outcome {
  try {
    return attempt.error instanceof WorkerStopping ? { status: 'release' } : judge(attempt);
  } catch {
    // `instanceof` on a thrown Proxy can itself throw.
    return judge({ ...attempt, error: new Error('The thrown value cannot be read') });
  }
}

function judge(attempt: FailedAttempt): Outcome {
  const { error, claimed, retry } = attempt;
  const wire = isExplicit(error) ? error.toWire() : toWireError(error);
  if (!wire.retryable) return { status: 'dead', error: wire };
  const uncounted = unhandled(attempt, wire) ?? throttled(attempt, wire);
  if (uncounted) return uncounted;
  const failures = claimed.failures + 1;
  if (failures >= retry.attempts) return { status: 'dead', error: wire };
  const delayMs = error instanceof RetryLater ? error.delayMs : backoffMs(retry, failures);
  return { status: 'retry', delayMs, error: wire };
}

function unhandled(
  { claimed, runningMs, unhandledForMs }: FailedAttempt,
  error: WireError,
): Outcome | undefined {
  if (unhandledForMs === undefined) return undefined;
  const elapsed = elapsedMs(claimed, 'unhandled', runningMs);
  const leftMs = unhandledForMs - elapsed;
  return putOff({ status: 'unhandled', error, elapsedMs: elapsed, leftMs });
}

function throttled(attempt: FailedAttempt, error: WireError): Outcome | undefined {
  const { claimed, runningMs } = attempt;
  const { throttledForMs } = attempt.retry;
  const throttling = throttledForMs > 0 ? throttlingIn(attempt) : undefined;
  if (!throttling) return undefined;
  const elapsed = elapsedMs(claimed, 'throttled', runningMs);
  const expiresInMs = (claimed.expiresInMs ?? Number.POSITIVE_INFINITY) - runningMs;
  const leftMs = Math.min(throttledForMs - elapsed, expiresInMs);
  const toldMs = throttling.retryAfterMs;
  return putOff({ status: 'throttled', error, elapsedMs: elapsed, leftMs, toldMs });
}

function throttlingIn({ error, nowMs }: FailedAttempt): Throttling | undefined {
  if (!(error instanceof RetryLater)) return throttlingOf(error, nowMs);
  return error.counts ? undefined : { retryAfterMs: error.delayMs };
}

function isExplicit(error: unknown): error is RetryLater | GiveUp {
  return error instanceof RetryLater || error instanceof GiveUp;
}
