import type { QueueBroker } from '@nooble/queue';
import { HEARTBEAT_MS } from './heartbeat.ts';

/**
 * How long a worker listens at a time while its handlers run (ms). One that computes cannot heed a word that it
 * takes, and this is how soon it takes none any more.
 */
export const LISTEN_BUSY_MS = 200;

/** Redis ends a wait up to so much late (ms). */
const LATE_MS = 150;

/** What a wake-up needs from its consumer. */
export interface WakeUpOptions {
  readonly broker: QueueBroker;
  /** There may be work, or something is due: make a call. */
  readonly onWake: () => void;
  /** No word came while it listened. */
  readonly onSilence: () => void;
  /** The queue could not be waited on. */
  readonly onError: (error: unknown) => void;
}

/** Two ways to learn that a call is worth making: a word from the queue, and a local timer. */
export class WakeUp {
  readonly #options: WakeUpOptions;
  readonly #deaf = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = 0;
  #listening = false;
  #stopped = false;

  constructor(options: WakeUpOptions) {
    this.#options = options;
  }

  /** Sets the one timer again; at least 1 ms, so that something forever due cannot spin. */
  after(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const ms = Math.max(1, delayMs);
    this.#timerDueMs = performance.now() + ms;
    this.#timer = setTimeout(() => this.#options.onWake(), ms);
  }

  /** Blocks on the queue unless it does already; while handlers run, for a short time. */
  listen({ isBusy }: { isBusy: boolean }): void {
    if (this.#listening || this.#deaf.signal.aborted) return;
    this.#listening = true;
    void this.#listen(isBusy ? LISTEN_BUSY_MS : this.#untilTimer());
  }

  /** Hears no more words from the queue, for good; the timer stays. */
  stopListening(): void {
    this.#deaf.abort();
  }

  /** Ends both for good. */
  stop(): void {
    this.stopListening();
    clearTimeout(this.#timer);
    this.#stopped = true;
  }

  /** The timer starts handlers as well: by then it no longer listens for long. */
  #untilTimer(): number {
    const leftMs = this.#timerDueMs - performance.now() - LATE_MS;
    return Math.max(LISTEN_BUSY_MS, Math.min(leftMs, HEARTBEAT_MS));
  }

  async #listen(timeoutMs: number): Promise<void> {
    const { broker, onWake, onSilence, onError } = this.#options;
    const { signal } = this.#deaf;
    try {
      const isWoken = await broker.waitForWork({ timeoutMs, signal });
      this.#listening = false;
      if (signal.aborted) return;
      // Also when every slot has filled meanwhile: the call then passes the word on to another worker.
      if (isWoken) onWake();
      else onSilence();
    } catch (error) {
      this.#listening = false;
      if (!signal.aborted) onError(error);
    }
  }
}
