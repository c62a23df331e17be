import type { QueueBroker, Wait } from '@nooble/queue';
import { HEARTBEAT_MS } from './heartbeat.ts';

/**
 * Maximum time per blocking wait while handlers run (ms). A worker whose handlers compute cannot act on a wake token, so it
 * stops taking tokens within this time.
 */
export const LISTEN_BUSY_MS = 200;

/**
 * Time after which a worker without a free slot waits for words (ms): before that most handlers have returned, and their
 * words could not be used.
 */
const WORDS_AFTER_MS = 50;
/** Maximum time per wait for words alone (ms). */
const LISTEN_WORDS_MS = 5_000;

/** Maximum delay with which Redis ends a wait (ms). */
const LATE_MS = 150;

/** Load of a worker that waits. */
export interface Listening {
  /** False to wait for words alone. */
  readonly hasSlot: boolean;
  /** True if handlers run. */
  readonly isBusy: boolean;
  /** Time for which the first of them has run (ms). */
  readonly longestMs: number;
}

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

/** Decides when a call is useful: on a wake token of the queue, or on a local timer. Waits for words meanwhile. */
export class WakeUp {
  readonly #options: WakeUpOptions;
  readonly #deaf = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = 0;
  /** Purpose of the pending wait. A wait for a token brings words as well. */
  #pending: 'nothing' | 'words' | 'token' = 'nothing';
  #words = new AbortController();
  #wordsTimer: NodeJS.Timeout | undefined;
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
  listen({ hasSlot, isBusy, longestMs }: Listening): void {
    if (!hasSlot) return this.#listenForWords(longestMs);
    if (this.#pending === 'token' || this.#deaf.signal.aborted) return;
    this.#words.abort();
    this.#pending = 'token';
    const timeoutMs = isBusy ? LISTEN_BUSY_MS : this.#untilTimer();
    void this.#listen({ timeoutMs, signal: this.#deaf.signal });
  }

  /** Takes no more wake tokens and words. The timer stays. */
  stopListening(): void {
    this.#deaf.abort();
    this.#words.abort();
    clearTimeout(this.#wordsTimer);
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

  /** Waits for words alone, which needs no free slot, once a handler has run for some time. */
  #listenForWords(longestMs: number): void {
    if (this.#pending !== 'nothing' || this.#deaf.signal.aborted) return;
    if (longestMs < WORDS_AFTER_MS) return this.#lookAgainIn(WORDS_AFTER_MS - longestMs);
    this.#words = new AbortController();
    this.#pending = 'words';
    const { signal } = this.#words;
    void this.#listen({ timeoutMs: LISTEN_WORDS_MS, signal, takesToken: false });
  }

  #lookAgainIn(ms: number): void {
    this.#wordsTimer ??= setTimeout(() => {
      this.#wordsTimer = undefined;
      this.#options.onSilence();
    }, ms);
  }

  async #listen(wait: Wait): Promise<void> {
    const { broker, onWake, onSilence, onError } = this.#options;
    const { signal } = wait;
    try {
      const isWoken = await broker.waitForWork(wait);
      // Another wait may have replaced it.
      if (signal.aborted) return;
      this.#pending = 'nothing';
      // Called even if every slot has been filled meanwhile: the call then passes the token to another worker.
      if (isWoken) onWake();
      else onSilence();
    } catch (error) {
      if (signal.aborted) return;
      this.#pending = 'nothing';
      onError(error);
    }
  }
}
