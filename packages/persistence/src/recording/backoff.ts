import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Resolves after a time (ms), or when the signal aborts. Never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Waits longer after each failure, up to 10 s, and never for a full multiple, so that processes spread out. */
export class Backoff {
  readonly #wait: Wait;
  #failures = 0;

  constructor(wait: Wait = pause) {
    this.#wait = wait;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Resolves early when the signal aborts. Never rejects. */
  async wait(signal: AbortSignal): Promise<void> {
    const most = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    await this.#wait(most / 2 + (Math.random() * most) / 2, signal);
  }
}

/** Resolves after a time, or when the signal aborts. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
