import type { WireError } from '@nooble/errors';
import type { ClaimedAction, Outcome, PutOff } from '@nooble/queue';

/**
 * Longest waits while nobody says for how long (ms): as long as it was put off so far, within these. A limit may be
 * left alone for a while; a new worker should not have to wait for what only it can run.
 */
const LEAST_WAIT_MS = 1_000;
const MOST_WAIT_MS = { throttled: 30_000, unhandled: 4_000 };
/** A shorter time that somebody does say is drawn out to this (ms). */
const LEAST_TOLD_MS = 100;

/** Why an attempt is put off, and for how long that may go on. Times in ms. */
export interface Postponement {
  readonly status: PutOff['status'];
  readonly error: WireError;
  /** How long it has been put off for this reason, by now. */
  readonly elapsedMs: number;
  /** From now until nobody waits any longer. */
  readonly leftMs: number;
  /** For how long, where somebody said so. */
  readonly toldMs?: number | undefined;
}

/** Put off, or dead where it could not run again in time. */
export function putOff({ status, error, elapsedMs, leftMs, toldMs }: Postponement): Outcome {
  const delayMs = toldMs ? Math.max(LEAST_TOLD_MS, toldMs) : ownWaitMs(status, elapsedMs);
  if (leftMs <= 0 || (toldMs && delayMs > leftMs)) return { status: 'dead', error };
  return { status, delayMs: Math.ceil(Math.min(delayMs, leftMs)), error };
}

/** How long an action was put off for a reason, once the attempt that began at its claim has run for a time. */
export function elapsedMs(
  { throttledMs, unhandledMs }: ClaimedAction,
  status: PutOff['status'],
  runningMs: number,
): number {
  const before = status === 'throttled' ? throttledMs : unhandledMs;
  return before === 0 ? 0 : before + runningMs;
}

function ownWaitMs(status: PutOff['status'], elapsedMs: number): number {
  const longestMs = Math.min(MOST_WAIT_MS[status], Math.max(LEAST_WAIT_MS, elapsedMs));
  return longestMs * (0.5 + Math.random() / 2);
}
