/** Maximum interval between ticks (ms); bounds the recovery from a dead worker to a lease plus this. */
const MOST_MS = 5_000;

/** Decides which calls of a worker tick. */
export class TickTimer {
  readonly #everyMs: number;
  #dueMs = 0;

  constructor(leaseMs: number) {
    this.#everyMs = Math.min(MOST_MS, leaseMs / 3);
  }

  /** Returns true if a tick is due. The next one is then due after the interval. */
  isDue(): boolean {
    if (performance.now() < this.#dueMs) return false;
    this.#dueMs = performance.now() + this.#everyMs;
    return true;
  }

  /** Time until the next tick is due (ms); 0 if it is. */
  get inMs(): number {
    return Math.max(0, this.#dueMs - performance.now());
  }

  /** Something falls due after this time (ms). */
  hint(dueInMs: number): void {
    this.#dueMs = Math.min(this.#dueMs, performance.now() + dueInMs);
  }

  /** The tick failed and is due again. */
  again(): void {
    this.#dueMs = 0;
  }
}
