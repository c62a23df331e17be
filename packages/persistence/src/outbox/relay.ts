import { setTimeout as wait } from 'node:timers/promises';
import { Listener } from '../connecting/listener.ts';
import { admitBatch, type BatchParts } from './batch.ts';
import { WAKE_CHANNEL } from './enqueue-in.ts';
import { deleteEnded } from './ended-rows.ts';
import { RelayState, type RelayHealth } from './relay-state.ts';

/** Options of a relay, complete. */
export interface RelayOptions {
  readonly pollMs: number;
  readonly retainMs: number;
  readonly onError: (error: unknown) => void;
}

/** Time between two deletions of rows that were kept long enough (ms). */
const CLEAN_MS = 60_000;

/** Moves committed actions from the outbox to their queues. Any number of relays may run, in any number of processes. */
export class OutboxRelay {
  readonly #parts: BatchParts;
  readonly #options: RelayOptions;
  readonly #listener: Listener;
  readonly #state = new RelayState();
  #stopping: AbortController | undefined;
  #running: Promise<void> | undefined;
  /** Aborted by a notification. */
  #sleep = new AbortController();
  #cleanedAt = -Infinity;

  constructor(parts: BatchParts, options: RelayOptions) {
    this.#parts = parts;
    this.#options = options;
    const wake = (): void => this.#sleep.abort();
    this.#listener = new Listener({
      sessions: parts.sessions,
      channel: WAKE_CHANNEL,
      onNotification: wake,
      onChange: wake,
    });
  }

  /** Idempotent. */
  start(): void {
    if (this.#stopping) return;
    this.#stopping = new AbortController();
    this.#state.started();
    this.#listener.start();
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Waits for the batch that is being admitted. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#sleep.abort();
    await this.#listener.stop();
    await this.#running;
    this.#stopping = undefined;
  }

  health(): RelayHealth {
    return this.#state.health(this.#stopping !== undefined);
  }

  async #run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      // Before the batch: a notification during it must not be lost.
      this.#sleep = new AbortController();
      const isMore = await this.#admit();
      if (isMore || stopping.aborted) continue;
      await wait(this.#options.pollMs, undefined, { signal: this.#sleep.signal }).catch(
        () => undefined,
      );
    }
  }

  /** Returns true if there may be more actions that are due. */
  async #admit(): Promise<boolean> {
    try {
      const { taken, judged, failure } = await admitBatch(this.#parts);
      this.#state.count(judged);
      if (failure) throw failure;
      await this.#clean();
      this.#state.succeeded();
      return taken > 0;
    } catch (error) {
      this.#state.failed(error);
      this.#options.onError(error);
      return false;
    }
  }

  async #clean(): Promise<void> {
    const { retainMs } = this.#options;
    if (!this.#parts.isKept || performance.now() - this.#cleanedAt < CLEAN_MS) return;
    this.#cleanedAt = performance.now();
    await deleteEnded(this.#parts.sessions, retainMs);
  }
}
