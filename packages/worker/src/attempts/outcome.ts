import { toWireError, type WireError } from '@nooble/errors';
import type { ClaimedAction, Outcome, PutOff } from '@nooble/queue';
import { backoffMs, type RetryPolicy } from '../handlers/backoff.ts';
import { GiveUp, RetryLater, WorkerStopping } from '../handlers/control.ts';
import { KeyHeld } from './held-keys.ts';
import { assertNamed, holdOf } from './hold.ts';
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
  /** Throttle key of the action; undefined if its handler declares none. */
  readonly throttleKey: string | undefined;
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
    if (attempt.error instanceof WorkerStopping) return { status: 'release' };
    assertNamed(attempt);
    return judge(attempt);
  } catch (thrown) {
    // `instanceof` on a thrown Proxy can itself throw.
    const unreadable = new Error('The thrown value cannot be read');
    return judge({ ...attempt, error: thrown instanceof RangeError ? thrown : unreadable });
  }
}

/** Time over which actions that found their throttle key held are spread when it is free: a part of the rest, in ms. */
const SPREAD = { part: 0.1, mostMs: 5_000 };

function judge(attempt: FailedAttempt): Outcome {
  const { error, retry } = attempt;
  const wire = isExplicit(error) ? error.toWire() : toWireError(error);
  if (!wire.retryable) return { status: 'dead', error: wire };
  const waiting = unhandled(attempt, wire);
  if (waiting) return waiting;
  const throttling = retry.throttledForMs > 0 ? throttlingIn(attempt) : undefined;
  const outcome = throttling ? throttled(attempt, wire, throttling) : failed(attempt, wire);
  const hold = holdOf(attempt, throttling);
  return hold ? { ...outcome, hold } : outcome;
}

type Unfinished = PutOff | Extract<Outcome, { readonly status: 'retry' | 'dead' }>;

function failed({ error, claimed, retry }: FailedAttempt, wire: WireError): Unfinished {
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

function throttled(
  attempt: FailedAttempt,
  error: WireError,
  { retryAfterMs: toldMs }: Throttling,
): Unfinished {
  const { claimed, runningMs } = attempt;
  const { throttledForMs } = attempt.retry;
  const elapsed = elapsedMs(claimed, 'throttled', runningMs);
  const expiresInMs = (claimed.expiresInMs ?? Number.POSITIVE_INFINITY) - runningMs;
  const leftMs = Math.min(throttledForMs - elapsed, expiresInMs);
  const spreadMs = attempt.error instanceof KeyHeld ? spreadOf(attempt.error) : 0;
  return putOff({ status: 'throttled', error, elapsedMs: elapsed, leftMs, toldMs, spreadMs });
}

function spreadOf({ restMs }: KeyHeld): number {
  return Math.min(SPREAD.mostMs, restMs * SPREAD.part);
}

function throttlingIn({ error, nowMs }: FailedAttempt): Throttling | undefined {
  if (!(error instanceof RetryLater)) return throttlingOf(error, nowMs);
  return error.counts ? undefined : { retryAfterMs: error.delayMs };
}

function isExplicit(error: unknown): error is RetryLater | GiveUp {
  return error instanceof RetryLater || error instanceof GiveUp;
}
