import type { QueueBroker } from '@nooble/queue';
import { HEARTBEAT_MS } from './heartbeat.ts';

/**
 * Maximum time per blocking wait while handlers run (ms). A worker whose handlers compute cannot act on a wake token, so it
 * stops taking tokens within this time.
 */
export const LISTEN_BUSY_MS = 200;

/** Maximum delay with which Redis ends a wait (ms). */
const LATE_MS = 150;

/** Callbacks of a wake-up. */
export interface WakeUpOptions {
  readonly broker: QueueBroker;
  /** Called when there may be work, or something is due: make a call. */
  readonly onWake: () => void;
  /** Called when a wait ended without a token. */
  readonly onSilence: () => void;
  /** Called when waiting failed. */
  readonly onError: (error: unknown) => void;
}

/** Decides when a call is useful: on a wake token of the queue, or on a local timer. */
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

  /** Sets the one timer again, to at least 1 ms, so that something that stays due cannot cause a busy loop. */
  after(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const ms = Math.max(1, delayMs);
    this.#timerDueMs = performance.now() + ms;
    this.#timer = setTimeout(() => this.#options.onWake(), ms);
  }

  /** Blocks on the queue unless it already does; for a short time while handlers run. */
  listen({ isBusy }: { isBusy: boolean }): void {
    if (this.#listening || this.#deaf.signal.aborted) return;
    this.#listening = true;
    void this.#listen(isBusy ? LISTEN_BUSY_MS : this.#untilTimer());
  }

  /** Takes no more wake tokens. The timer stays. */
  stopListening(): void {
    this.#deaf.abort();
  }

  /** Ends the wait and the timer permanently. */
  stop(): void {
    this.stopListening();
    clearTimeout(this.#timer);
    this.#stopped = true;
  }

  /** The timer also starts handlers: by then no long wait may be pending. */
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
      // Called even if every slot has been filled meanwhile: the call then passes the token to another worker.
      if (isWoken) onWake();
      else onSilence();
    } catch (error) {
      this.#listening = false;
      if (!signal.aborted) onError(error);
    }
  }
}
