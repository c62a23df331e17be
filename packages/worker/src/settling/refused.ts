import type { Attempt } from '../attempts/attempt.ts';
import { backoffMs } from '../handlers/backoff.ts';

/** Delays between attempts to settle what Redis refused (ms). */
const PAUSE = { baseMs: 400, capMs: 30_000 };

/**
 * Attempts whose settlement Redis answered with an error. Such an error says nothing about their outcome (the script may
 * have been killed), so each is retried alone, with a delay, until it succeeds: it delays no other, and its lease is renewed
 * meanwhile.
 */
export class Refused {
  readonly #refusals = new WeakMap<Attempt, number>();
  readonly #waiting = new Map<Attempt, NodeJS.Timeout>();
  readonly #send: (attempt: Attempt) => Promise<void>;
  #sending = 0;
  #stopped = false;

  /** `send` must not reject; it may add the attempt again. */
  constructor(send: (attempt: Attempt) => Promise<void>) {
    this.#send = send;
  }

  /** Number of attempts that wait for a retry or are being retried. */
  get size(): number {
    return this.#waiting.size + this.#sending;
  }

  add(attempt: Attempt): void {
    if (this.#stopped) return;
    const refusals = (this.#refusals.get(attempt) ?? 0) + 1;
    this.#refusals.set(attempt, refusals);
    const delayMs = PAUSE.baseMs / 2 + backoffMs(PAUSE, refusals);
    const timer = setTimeout(() => void this.#retry(attempt), delayMs);
    this.#waiting.set(attempt, timer);
  }

  /** Removes and returns the waiting attempts, to be retried at once. */
  take(): readonly Attempt[] {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    const attempts = [...this.#waiting.keys()];
    this.#waiting.clear();
    return attempts;
  }

  /** Ends all retries. */
  stop(): void {
    this.#stopped = true;
    this.take();
  }

  async #retry(attempt: Attempt): Promise<void> {
    this.#waiting.delete(attempt);
    this.#sending += 1;
    await this.#send(attempt);
    this.#sending -= 1;
  }
}
