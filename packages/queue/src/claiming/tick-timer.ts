/** Every so often at least (ms): a dead worker's action is found within a lease and this. */
const MOST_MS = 5_000;

/** When a worker's next call has to look at what time brings. */
export class TickTimer {
  readonly #everyMs: number;
  #dueMs = 0;

  constructor(leaseMs: number) {
    this.#everyMs = Math.min(MOST_MS, leaseMs / 3);
  }

  /** Whether to look now; the next look is then due after the usual while. */
  isDue(): boolean {
    if (performance.now() < this.#dueMs) return false;
    this.#dueMs = performance.now() + this.#everyMs;
    return true;
  }

  /** Something falls due in so many ms. */
  hint(dueInMs: number): void {
    this.#dueMs = Math.min(this.#dueMs, performance.now() + dueInMs);
  }

  /** The look failed. */
  again(): void {
    this.#dueMs = 0;
  }
}
