import type { DomainAction, TierPolicy } from '@nooble/models';
import { startTimer } from '../timing/durations.ts';

/** Time for which a handler may ignore its abort signal before its attempt is settled without it (ms). */
export const TIMEOUT_GRACE_MS = 5_000;

/** Returns the timeout of an attempt (ms): that of the tier, or that of the action if it is shorter. */
export function timeoutOf(action: DomainAction, policy: TierPolicy): number {
  return Math.min(policy.timeoutMs, action.timeoutMs ?? policy.timeoutMs);
}

/** Time limits of a running attempt. Durations in ms. */
export interface TimeLimitOptions {
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly onTimeout: () => void;
  /** Called `graceMs` after `onTimeout`, or after `cut()`. */
  readonly onOverdue: () => void;
}

/** Time limit of one attempt, until `clear()`. */
export class TimeLimit {
  readonly #options: TimeLimitOptions;
  #timer: NodeJS.Timeout;
  #isOver = false;

  constructor(options: TimeLimitOptions) {
    this.#options = options;
    this.#timer = startTimer(() => {
      this.cut();
      options.onTimeout();
    }, options.timeoutMs);
  }

  /** Its time is over for another reason: only the grace period remains. */
  cut(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#timer = startTimer(this.#options.onOverdue, this.#options.graceMs);
  }

  clear(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
