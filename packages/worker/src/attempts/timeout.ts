import { startTimer } from '@nooble/redis';
import type { DomainAction, TierPolicy } from '@nooble/models';
import type { Clock } from '../timing/clock.ts';

/** Time for which a handler may ignore its abort signal before its attempt is settled without it (ms). */
export const TIMEOUT_GRACE_MS = 5_000;

/** Returns the timeout of an attempt (ms): that of the tier, or that of the action if it is shorter. */
export function timeoutOf(action: DomainAction, policy: TierPolicy): number {
  return Math.min(policy.timeoutMs, action.timeoutMs ?? policy.timeoutMs);
}

/** Time limits of a running attempt. Durations in ms. */
export interface TimeLimitOptions {
  readonly timeoutMs: number;
  /** Infinite if its action never expires. */
  readonly expiresInMs: number;
  readonly graceMs: number;
  readonly onTimeout: () => void;
  readonly onExpiry: () => void;
  /** Called `graceMs` after one of the others, or after `cut()`. */
  readonly onOverdue: () => void;
  readonly clock: Clock;
}

/** Time limit of one attempt, until `clear()`. Its timeout, but not its expiry, stands still between `pause()` and `resume()`. */
export class TimeLimit {
  readonly #options: TimeLimitOptions;
  readonly #expiresMs: number;
  #endsMs: number;
  #pausedAtMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: TimeLimitOptions) {
    const nowMs = options.clock.monotonicMs();
    this.#options = options;
    this.#expiresMs = nowMs + options.expiresInMs;
    this.#endsMs = nowMs + options.timeoutMs;
    this.#start();
  }

  /** Time left until the timeout or the expiry (ms). */
  get leftMs(): number {
    const nowMs = this.#options.clock.monotonicMs();
    return Math.min(this.#endsMs - (this.#pausedAtMs ?? nowMs), this.#expiresMs - nowMs);
  }

  pause(): void {
    if (this.#isOver || this.#pausedAtMs !== undefined) return;
    this.#pausedAtMs = this.#options.clock.monotonicMs();
    this.#start();
  }

  resume(): void {
    if (this.#isOver || this.#pausedAtMs === undefined) return;
    this.#endsMs += this.#options.clock.monotonicMs() - this.#pausedAtMs;
    this.#pausedAtMs = undefined;
    this.#start();
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

  #start(): void {
    clearTimeout(this.#timer);
    const isPaused = this.#pausedAtMs !== undefined;
    const nextMs = isPaused ? this.#expiresMs : Math.min(this.#endsMs, this.#expiresMs);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    const leftMs = nextMs - this.#options.clock.monotonicMs();
    this.#timer = startTimer(() => this.#fired(nextMs), Math.max(0, leftMs));
  }

  #fired(atMs: number): void {
    this.cut();
    if (atMs === this.#expiresMs) this.#options.onExpiry();
    else this.#options.onTimeout();
  }
}
