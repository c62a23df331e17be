import type { EndingsBatch, EndingsReader } from '@nooble/queue';
import { Backoff, pause, type Wait } from './backoff.ts';
import type { EndingsWriter } from './endings-writer.ts';
import type { Recorded } from './recorded.ts';
import type { Recording } from './recorder-options.ts';

/** Dependencies of the recorder of one domain. */
export interface DomainRecorderParts {
  readonly domain: string;
  readonly options: Recording;
  readonly writer: EndingsWriter;
  readonly stopping: AbortSignal;
  readonly onRecorded: (recorded: Recorded) => void;
  /** Called after each call of a server, with its error or undefined. */
  readonly onState: (server: Server, error: unknown) => void;
  /** Called when everything that it had read is recorded. */
  readonly onCurrent: () => void;
  /** Waits between two attempts. @default `pause` */
  readonly wait?: Wait;
}

/** A server that may be away. */
export type Server = 'redis' | 'postgres';

/**
 * Stores the endings of one domain until it is stopped: reads a batch of each partition, stores it, then removes it in Redis.
 * Holds two batches of each partition at most, one being stored and one being read.
 */
export class DomainRecorder {
  readonly #parts: DomainRecorderParts;
  readonly #reader: EndingsReader;
  /** One each: a read that succeeds says nothing about PostgreSQL. */
  readonly #backoffs: Readonly<Record<Server, Backoff>>;

  constructor(parts: DomainRecorderParts) {
    this.#parts = parts;
    this.#backoffs = { redis: new Backoff(parts.wait), postgres: new Backoff(parts.wait) };
    this.#reader = parts.options.queues.endings(parts.domain);
  }

  /** Resolves once it is stopped. Never rejects. */
  async run(): Promise<void> {
    const { stopping, options, onCurrent } = this.#parts;
    let next = this.#read();
    while (!stopping.aborted) {
      const batches = await next;
      const isIdle = batches.length === 0;
      if (isIdle && !stopping.aborted) onCurrent();
      if (isIdle) await pause(options.pollMs, stopping);
      if (!isIdle || !stopping.aborted) next = stopping.aborted ? NOTHING : this.#read();
      for (const batch of batches) await this.#record(batch);
    }
    // Read while the last batch was stored: other recorders would wait a minute for it.
    for (const batch of await next) await this.#record(batch);
  }

  async #read(): Promise<EndingsBatch[]> {
    const { batchSize, patienceMs } = this.#parts.options;
    const read = async () => this.#reader.read({ maxEntries: batchSize, patienceMs });
    return (await this.#retried('redis', read)) ?? [];
  }

  /** Redis removes what is stored, and nothing else: a recorder that dies in between stores it again, with no effect. */
  async #record(batch: EndingsBatch): Promise<void> {
    const { writer, domain, onRecorded } = this.#parts;
    const written = await this.#retried('postgres', async () => writer.write(batch));
    if (!written) return;
    await this.#retried('redis', batch.done);
    onRecorded({ domain, ...written });
  }

  /** Retries until it succeeds. Returns undefined if it has failed since the recorder is being stopped. */
  async #retried<T>(server: Server, work: () => Promise<T>): Promise<T | undefined> {
    const { stopping, onState } = this.#parts;
    for (;;) {
      try {
        const result = await work();
        this.#backoffs[server].succeeded();
        onState(server, undefined);
        return result;
      } catch (error) {
        onState(server, error);
        if (stopping.aborted) return undefined;
        await this.#backoffs[server].wait(stopping);
      }
    }
  }
}

const NOTHING: Promise<EndingsBatch[]> = Promise.resolve([]);
