import { within } from '@nooble/redis';

/** Maximum time that a closing manager waits (ms). */
const LIMIT_MS = 1_000;

/** Work that has to end before a manager closes its connections. */
export class LastWork {
  readonly #pending = new Set<Promise<unknown>>();

  add(work: Promise<unknown>): void {
    const own = work.catch(() => undefined).finally(() => this.#pending.delete(own));
    this.#pending.add(own);
  }

  /** Resolves when all of it has ended, after a second at most. */
  async ended(): Promise<void> {
    await within(LIMIT_MS, Promise.all(this.#pending), undefined);
  }
}
