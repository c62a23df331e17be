import type { QueueBroker } from '@nooble/queue';
import { HEARTBEAT_MS } from './heartbeat.ts';

/** What a wake-up needs from its consumer. */
export interface WakeUpOptions {
  readonly broker: QueueBroker;
  /** There may be work, or something is due: make a call. */
  readonly onWake: () => void;
  /** The queue could not be waited on. */
  readonly onError: (error: unknown) => void;
}

/** Two ways to learn that a call is worth making: a word from the queue, and a local timer. */
export class WakeUp {
  readonly #options: WakeUpOptions;
  readonly #deaf = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #listening = false;
  #stopped = false;

  constructor(options: WakeUpOptions) {
    this.#options = options;
  }

  /** Sets the one timer anew; at least 1 ms, so that something forever due cannot spin. */
  after(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.#options.onWake(), Math.max(1, delayMs));
  }

  /** Blocks on the queue unless it does already. */
  listen(): void {
    if (this.#listening || this.#deaf.signal.aborted) return;
    this.#listening = true;
    void this.#listen();
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

  async #listen(): Promise<void> {
    const { broker, onWake, onError } = this.#options;
    const { signal } = this.#deaf;
    try {
      await broker.waitForWork({ timeoutMs: HEARTBEAT_MS, signal });
      this.#listening = false;
      // Also when every slot has filled meanwhile: the call then passes the word on to another worker.
      if (!signal.aborted) onWake();
    } catch (error) {
      this.#listening = false;
      if (!signal.aborted) onError(error);
    }
  }
}
