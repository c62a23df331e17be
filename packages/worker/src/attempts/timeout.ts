import type { DomainAction, TierPolicy } from '@nooble/models';
import type { Clock } from '../timing/clock.ts';
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
  readonly clock: Clock;
}

/** Time limit of one attempt, until `clear()`. It stands still between `pause()` and `resume()`. */
export class TimeLimit {
  readonly #options: TimeLimitOptions;
  #timer: NodeJS.Timeout | undefined;
  #endsMs: number;
  #pausedAtMs: number | undefined;
  #isOver = false;

  constructor(options: TimeLimitOptions) {
    this.#options = options;
    this.#endsMs = options.clock.monotonicMs() + options.timeoutMs;
    this.#start();
  }

  /** Time left until the timeout (ms). */
  get leftMs(): number {
    return this.#endsMs - (this.#pausedAtMs ?? this.#options.clock.monotonicMs());
  }

  pause(): void {
    if (this.#isOver || this.#pausedAtMs !== undefined) return;
    this.#pausedAtMs = this.#options.clock.monotonicMs();
    clearTimeout(this.#timer);
  }

  resume(): void {
    if (this.#isOver || this.#pausedAtMs === undefined) return;
    this.#endsMs += this.#options.clock.monotonicMs() - this.#pausedAtMs;
    this.#pausedAtMs = undefined;
    this.#start();
  }

  clear(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #start(): void {
    this.#timer = startTimer(() => this.#timedOut(), Math.max(0, this.leftMs));
  }

  #timedOut(): void {
    const { graceMs, onTimeout, onOverdue } = this.#options;
    this.#isOver = true;
    this.#timer = startTimer(onOverdue, graceMs);
    onTimeout();
  }
}
