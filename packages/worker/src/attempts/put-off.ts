import type { WireError } from '@nooble/errors';
import type { ClaimedAction, Outcome, PutOff } from '@nooble/queue';

/**
 * Bounds of the wait if the error gives no time (ms); within them it equals the time put off so far. The maximum is higher
 * for a limit, which may need a pause, than for a missing handler, which a new worker may bring at any moment.
 */
const LEAST_WAIT_MS = 1_000;
const MOST_WAIT_MS = { throttled: 30_000, unhandled: 4_000 };
/** Minimum wait if the error gives a time (ms). */
const LEAST_TOLD_MS = 100;

/** Reason and time limit of a postponement. Times in ms. */
export interface Postponement {
  readonly status: PutOff['status'];
  readonly error: WireError;
  /** Time for which it has already been put off for this reason. */
  readonly elapsedMs: number;
  /** Time left until it is given up. */
  readonly leftMs: number;
  /** Time to wait that the error gave, if any. */
  readonly toldMs?: number | undefined;
  /** Time over which several that were told the same time are spread. @default 0 */
  readonly spreadMs?: number;
}

type Later = PutOff | Extract<Outcome, { readonly status: 'dead' }>;

/** Returns the outcome of an attempt that is put off: dead if it could not run again in time. */
export function putOff(postponement: Postponement): Later {
  const { status, error, elapsedMs, leftMs, toldMs, spreadMs = 0 } = postponement;
  const delayMs = toldMs ? Math.max(LEAST_TOLD_MS, toldMs) : ownWaitMs(status, elapsedMs);
  if (leftMs <= 0 || (toldMs && delayMs > leftMs)) return { status: 'dead', error };
  const spread = delayMs + Math.random() * spreadMs;
  return { status, delayMs: Math.ceil(Math.min(spread, leftMs)), error };
}

/** Returns the time for which an action has been put off for a reason, including the running time of this attempt. */
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
