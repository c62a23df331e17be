import { DeadlineExceededError } from '@nooble/errors';
import { isoOf } from '@nooble/models';
import type { ClaimedAction } from '@nooble/queue';
import type { Clock } from '../timing/clock.ts';

/** The time at which a claimed action expires, by two clocks. */
export class Deadline {
  readonly #claimed: ClaimedAction;
  readonly #clock: Clock;
  readonly #claimedMs: number;

  /** Create it when the action is claimed. */
  constructor(claimed: ClaimedAction, clock: Clock) {
    this.#claimed = claimed;
    this.#clock = clock;
    this.#claimedMs = clock.monotonicMs();
  }

  /** Unix time by the clock of Redis (ms); undefined if it never expires. */
  get expiresMs(): number | undefined {
    const { lease, expiresInMs } = this.#claimed;
    return expiresInMs === undefined
      ? undefined
      : Math.floor(Number(lease.token) / 1000 + expiresInMs);
  }

  /** Returns the time until it expires (ms); infinite if it never does. */
  leftMs(): number {
    const { expiresInMs = Number.POSITIVE_INFINITY } = this.#claimed;
    return expiresInMs - (this.#clock.monotonicMs() - this.#claimedMs);
  }

  error(): DeadlineExceededError {
    const { actionId } = this.#claimed.lease;
    return new DeadlineExceededError({
      actionId,
      expiresAt: isoOf(this.expiresMs ?? 0),
      hasStarted: true,
    });
  }
}
