import { setTimeout as wait } from 'node:timers/promises';
import { Client } from './driver.ts';
import type { Sessions } from './sessions.ts';

/** Delay before a lost connection is opened again (ms). */
const REOPEN_MS = 1_000;

export interface ListenerParts {
  readonly sessions: Sessions;
  readonly channel: string;
  readonly onNotification: (payload: string) => void;
  /** Called when notifications may have been missed: the connection was lost, or is open again. */
  readonly onChange: (isListening: boolean) => void;
}

/** Receives the notifications of a channel on a separate connection, which it opens again after every loss. */
export class Listener {
  readonly #parts: ListenerParts;
  #stopping: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  /** Idempotent. */
  start(): void {
    if (this.#stopping) return;
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    await this.#running;
    this.#stopping = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#listen(signal).catch(() => undefined);
      this.#parts.onChange(false);
      await wait(REOPEN_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Ends when the connection is lost, or the signal aborts. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { sessions, channel, onNotification, onChange } = this.#parts;
    const client = new Client(sessions.configOf('writer'));
    const lost = new Promise<void>((resolve) => {
      client.once('end', resolve);
      client.on('error', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('notification', ({ payload = '' }) => onNotification(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      onChange(true);
      await lost;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
