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
  /** Called `graceMs` after `onTimeout`. */
  readonly onOverdue: () => void;
}

/** Time limit of one attempt, until `clear()`. */
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
