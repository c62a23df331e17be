import { toWireError, type WireError } from '@nooble/errors';
import type { ClaimedAction, Outcome } from '@nooble/queue';
import { backoffMs, type RetryPolicy } from '../handlers/backoff.ts';
import { GiveUp, RetryLater, WorkerStopping } from '../handlers/control.ts';
import { elapsedMs, putOff } from './put-off.ts';
import { throttlingOf, type Throttling } from './retry-after.ts';

/** What is known of an attempt that threw. */
export interface FailedAttempt {
  readonly error: unknown;
  readonly claimed: ClaimedAction;
  /** From its start until now (ms). */
  readonly runningMs: number;
  readonly retry: RetryPolicy;
  /** How long it may wait for a worker with its handler (ms); undefined when this worker has it. */
  readonly unhandledForMs: number | undefined;
  /** By the wall clock (Unix ms). */
  readonly nowMs: number;
}

/**
 * Released where the worker stops; put off, not counted, where the handler was throttled or there is none; else a
 * retry while the error is retryable and attempts are left, and dead after. Never throws.
 */
export function outcomeOfError(attempt: FailedAttempt): Outcome {
  try {
    return attempt.error instanceof WorkerStopping ? { status: 'release' } : judge(attempt);
  } catch {
    // A Proxy may throw at the mere question what it is.
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
