import type { Sessions } from '../connecting/sessions.ts';
import { forgetPurges } from '../tenants/purge-mark.ts';
import { pause } from './backoff.ts';
import { DomainRecorder } from './domain-recorder.ts';
import { EndingsWriter } from './endings-writer.ts';
import type { Recorded, Written } from './recorded.ts';
import { readRecording, type RecorderOptions, type Recording } from './recorder-options.ts';

/** State of a recorder. */
export interface RecorderHealth {
  readonly isRunning: boolean;
  /** Domains whose last call failed, with its error: PostgreSQL or Redis is away. */
  readonly waiting: ReadonlyMap<string, unknown>;
  /** Sums since it was created. */
  readonly recorded: Written;
}

const MAINTENANCE_MS = 3_600_000;

/**
 * Stores the endings of domains that keep their history. Any number of processes may run one for the same domains. Waits, with
 * bounded memory, while PostgreSQL or Redis is away.
 */
export class Recorder {
  readonly #options: Recording;
  readonly #sessions: Sessions;
  readonly #writer: EndingsWriter;
  readonly #waiting = new Map<string, unknown>();
  #recorded: Written = { endings: 0, refused: 0, purged: 0, missing: 0 };
  #stopping: AbortController | undefined;
  #running: Promise<unknown> | undefined;

  /** Throws RangeError for invalid options, and InvalidActionError for the name of a domain. */
  constructor(sessions: Sessions, options: RecorderOptions) {
    this.#options = readRecording(options);
    this.#sessions = sessions;
    this.#writer = new EndingsWriter(sessions);
    for (const domain of this.#options.domains) this.#options.queues.endings(domain);
  }

  /** Starts in the background. Idempotent. */
  start(): void {
    if (this.#running) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#running = Promise.all([
      this.#maintain(stopping.signal),
      ...this.#options.domains.map(async (domain) => this.#recorderOf(domain, stopping).run()),
    ]);
  }

  /** Stores what it has received, then stops; what cannot be stored now stays in Redis. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    await this.#running;
    this.#running = undefined;
    this.#waiting.clear();
  }

  health(): RecorderHealth {
    const isRunning = this.#running !== undefined;
    return { isRunning, waiting: new Map(this.#waiting), recorded: this.#recorded };
  }

  #recorderOf(domain: string, stopping: AbortController): DomainRecorder {
    return new DomainRecorder({
      domain,
      options: this.#options,
      writer: this.#writer,
      stopping: stopping.signal,
      onRecorded: (recorded) => this.#count(recorded),
      onState: (error) => this.#note(domain, error),
    });
  }

  #count(recorded: Recorded): void {
    const { endings, refused, purged, missing } = this.#recorded;
    this.#recorded = {
      endings: endings + recorded.endings,
      refused: refused + recorded.refused,
      purged: purged + recorded.purged,
      missing: missing + recorded.missing,
    };
    this.#options.onRecorded(recorded);
  }

  #note(domain: string, error: unknown): void {
    if (error === undefined) this.#waiting.delete(domain);
    else {
      this.#waiting.set(domain, error);
      this.#options.onError(error);
    }
  }

  async #maintain(stopping: AbortSignal): Promise<void> {
    const { retentionDays, deadLetterDays } = this.#options;
    while (!stopping.aborted) {
      try {
        await this.#writer.days.maintain({ endings: retentionDays, deadLetters: deadLetterDays });
        await forgetPurges(this.#sessions);
        await pause(MAINTENANCE_MS, stopping);
      } catch (error) {
        this.#options.onError(error);
        await pause(MAINTENANCE_MS / 60, stopping);
      }
    }
  }
}
