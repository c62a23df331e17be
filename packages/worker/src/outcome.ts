import { toWireError } from '@nooble/errors';
import type { Outcome } from '@nooble/queue';
import { backoffMs, type RetryPolicy } from './backoff.ts';
import { GiveUp, RetryLater } from './control.ts';

/** What is known of an attempt that threw. */
export interface FailedAttempt {
  readonly error: unknown;
  /** Failed attempts before this one. */
  readonly failures: number;
  readonly retry: RetryPolicy;
}

/** Retry or dead: a retryable error gets another attempt while there are any, everything else is dead. */
export function outcomeOfError({ error, failures, retry }: FailedAttempt): Outcome {
  const wire = isExplicit(error) ? error.toWire() : toWireError(error);
  const failuresNow = failures + 1;
  if (!wire.retryable || failuresNow >= retry.attempts) return { status: 'dead', error: wire };
  const delayMs = error instanceof RetryLater ? error.delayMs : backoffMs(retry, failuresNow);
  return { status: 'retry', delayMs, error: wire };
}

function isExplicit(error: unknown): error is RetryLater | GiveUp {
  return error instanceof RetryLater || error instanceof GiveUp;
}
