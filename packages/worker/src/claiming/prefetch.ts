/** Actions are claimed ahead of a free slot only if a slot will be free within this time (ms). */
const AHEAD_MS = 2;

/** Part of the difference by which a quicker attempt lowers the typical time. */
const QUICKER = 1 / 16;
/** Part of the difference by which a slower attempt raises it. */
const SLOWER = 1 / 2;

/** Limits of a prefetch. */
export interface PrefetchLimits {
  /** Maximum number of actions claimed ahead of a free slot; 0 disables it. */
  readonly prefetch: number;
  readonly concurrency: number;
}

/**
 * Decides how many actions may be claimed ahead of a free slot: as many as the slots of this worker finish in about 2 ms.
 * Starts after the first handler has returned, stops at the first slow one, and resumes after many quick ones.
 */
export class Prefetch {
  readonly #limits: PrefetchLimits;
  #typicalMs = Number.POSITIVE_INFINITY;

  constructor(limits: PrefetchLimits) {
    this.#limits = limits;
  }

  /** Records the time for which an attempt has held its slot (ms). */
  note(tookMs: number): void {
    if (this.#typicalMs === Number.POSITIVE_INFINITY) this.#typicalMs = tookMs;
    const difference = tookMs - this.#typicalMs;
    this.#typicalMs += difference * (difference > 0 ? SLOWER : QUICKER);
  }

  /** Returns the maximum number of actions to claim ahead now, with the longest running attempt at `longestMs`. */
  most(longestMs: number): number {
    // The handlers of all slots may return together, so none of them may be slow.
    const slowestMs = Math.max(this.#typicalMs, longestMs);
    if (slowestMs > AHEAD_MS) return 0;
    const { prefetch, concurrency } = this.#limits;
    return Math.min(prefetch, Math.floor((AHEAD_MS * concurrency) / slowestMs));
  }
}
