import type { Sessions } from '../connecting/sessions.ts';
import { forgetPurges } from '../tenants/purge-mark.ts';
import { pause } from './backoff.ts';
import { DomainRecorder } from './domain-recorder.ts';
import { DomainState, type RecordedDomain } from './domain-state.ts';
import { EndingsWriter } from './endings-writer.ts';
import { NOTHING_WRITTEN, sumOf, type Written } from './recorded.ts';
import { readRecording, type RecorderOptions, type Recording } from './recorder-options.ts';

/** State of a recorder. */
export interface RecorderHealth {
  readonly isRunning: boolean;
  /** Domains whose last call failed, with its error: PostgreSQL or Redis is away. */
  readonly waiting: ReadonlyMap<string, unknown>;
  /** Sums since it was created. */
  readonly recorded: Written;
  readonly domains: ReadonlyMap<string, RecordedDomain>;
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
  readonly #states: ReadonlyMap<string, DomainState>;
  #stopping: AbortController | undefined;
  #running: Promise<unknown> | undefined;

  /** Throws RangeError for invalid options, and InvalidActionError for the name of a domain. */
  constructor(sessions: Sessions, options: RecorderOptions) {
    this.#options = readRecording(options);
    this.#sessions = sessions;
    this.#writer = new EndingsWriter(sessions);
    const { domains, queues } = this.#options;
    for (const domain of domains) queues.endings(domain);
    this.#states = new Map(domains.map((domain) => [domain, new DomainState()]));
  }

  /** Starts in the background. Idempotent. */
  start(): void {
    if (this.#running) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#running = Promise.all([
      this.#maintain(stopping.signal),
      ...[...this.#states].map(async ([domain, state]) => {
        state.started();
        await this.#recorderOf(domain, state, stopping.signal).run();
      }),
    ]);
  }

  /** Stores what it has received, then stops; what cannot be stored now stays in Redis. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    await this.#running;
    this.#running = undefined;
    for (const state of this.#states.values()) state.stopped();
  }

  health(): RecorderHealth {
    const isRunning = this.#running !== undefined;
    const domains = new Map([...this.#states].map(([name, state]) => [name, state.health()]));
    const all = [...domains];
    const failing = all.filter(([, { error }]) => error !== undefined);
    return {
      isRunning,
      waiting: new Map(failing.map(([name, { error }]) => [name, error])),
      recorded: all.map(([, { recorded }]) => recorded).reduce(sumOf, NOTHING_WRITTEN),
      domains,
    };
  }

  #recorderOf(domain: string, state: DomainState, stopping: AbortSignal): DomainRecorder {
    const { onRecorded, onError } = this.#options;
    return new DomainRecorder({
      domain,
      options: this.#options,
      writer: this.#writer,
      stopping,
      onRecorded: (recorded) => {
        state.count(recorded);
        onRecorded(recorded);
      },
      onState: (server, error) => {
        state.note(server, error);
        if (error !== undefined) onError(error);
      },
      onCurrent: () => state.succeeded(),
    });
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
