import { setTimeout as wait } from 'node:timers/promises';
import type { Persistence, Recorder, RecorderHealth } from '@nooble/persistence';
import type { DomainQueueManager } from '@nooble/queue';
import type { Logger } from 'pino';

/** Time between two attempts to turn the history on (ms). */
const RETRY_MS = 1_000;

export interface KeptHistoryParts {
  readonly domain: string;
  readonly queues: DomainQueueManager;
  readonly persistence: Persistence;
  readonly logger: Logger;
}

/** Keeps the history of the domain of a service in PostgreSQL. Every process of the service may do so. */
export class KeptHistory {
  readonly #parts: KeptHistoryParts;
  readonly #recorder: Recorder;
  readonly #stopping = new AbortController();
  #turningOn: Promise<void> | undefined;

  constructor(parts: KeptHistoryParts) {
    const { queues, domain, persistence, logger } = parts;
    this.#parts = parts;
    const onError = changesIn(logger, 'Cannot record endings, retrying');
    this.#recorder = persistence.recorder({ queues, domains: [domain], onError });
  }

  /** Turns the history on once Redis is reachable, and records. Idempotent. */
  start(): void {
    this.#turningOn ??= this.#turnOn();
    this.#recorder.start();
  }

  /** Stores what was received; the rest stays in Redis. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#turningOn;
    await this.#recorder.stop();
  }

  /** Returns the state of the recorder, for its metrics. */
  health(): RecorderHealth {
    return this.#recorder.health();
  }

  async #turnOn(): Promise<void> {
    const { queues, domain, logger } = this.#parts;
    const { signal } = this.#stopping;
    const note = changesIn(logger, 'Cannot turn the history on, retrying');
    while (!signal.aborted) {
      try {
        await queues.setHistory(domain, {});
        return;
      } catch (error) {
        note(error);
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** Logs each new message only, because it is retried every second. */
function changesIn(logger: Logger, what: string): (error: unknown) => void {
  let before = '';
  return (error) => {
    const { message } = error as Error;
    if (message !== before) logger.warn({ err: error }, what);
    before = message;
  };
}
