import type { DomainAction, TierPolicy } from '@nooble/models';
import { startTimer } from '../timing/durations.ts';

/** How long a handler may take to obey its aborted signal before its attempt is settled without it (ms). */
export const TIMEOUT_GRACE_MS = 5_000;

/** How long an attempt may run: the tier's timeout, or the action's own where that is shorter. Ms. */
export function timeoutOf(action: DomainAction, policy: TierPolicy): number {
  return Math.min(policy.timeoutMs, action.timeoutMs ?? policy.timeoutMs);
}

/** The two moments of a running attempt that takes too long. Durations in ms. */
export interface TimeLimitOptions {
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly onTimeout: () => void;
  /** `graceMs` after `onTimeout`. */
  readonly onOverdue: () => void;
}

/** Watches one attempt until `clear()`. */
export class TimeLimit {
  #timer: NodeJS.Timeout;

  constructor({ timeoutMs, graceMs, onTimeout, onOverdue }: TimeLimitOptions) {
    this.#timer = startTimer(() => {
      this.#timer = startTimer(onOverdue, graceMs);
      onTimeout();
    }, timeoutMs);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
