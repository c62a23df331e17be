import type { Attempt } from './attempt.ts';

/** Maximum number of handlers that wait in the memory of a worker. Later ones are parked at once. */
const MOST_WAITING = 1_000;

/** The attempts whose handlers only wait, and hold no slot. */
export class Waiting {
  readonly #attempts = new Set<Attempt>();
  /** Handlers that go on as soon as there is a slot. */
  readonly #turns = new Map<Attempt, () => void>();
  #parksAll = false;

  has(attempt: Attempt): boolean {
    return this.#attempts.has(attempt);
  }

  add(attempt: Attempt): void {
    this.#attempts.add(attempt);
    // Not at once: the handler is being suspended.
    if (this.#parksAll || this.#attempts.size > MOST_WAITING)
      queueMicrotask(() => attempt.journal?.park());
  }

  /** Returns true if it waited. A handler that waits for a slot need not do so any longer. */
  delete(attempt: Attempt): boolean {
    this.#turns.get(attempt)?.();
    this.#turns.delete(attempt);
    return this.#attempts.delete(attempt);
  }

  /** Resolves when a slot has been passed to it, or it has ended. */
  async turnOf(attempt: Attempt): Promise<void> {
    await new Promise<void>((resolve) => this.#turns.set(attempt, resolve));
  }

  /** Passes a free slot to the handler that has waited longest for one. Returns false if there is none. */
  passSlot(): boolean {
    const [first] = this.#turns;
    if (!first) return false;
    const [attempt] = first;
    this.delete(attempt);
    return true;
  }

  /** Parks all, now and later. */
  parkAll(): void {
    this.#parksAll = true;
    for (const attempt of this.#attempts) attempt.journal?.park();
  }
}
