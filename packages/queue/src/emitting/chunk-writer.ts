import type { RedisPool } from '@nooble/redis';
import type { EmitResult, EmittedChunks } from '../broker.ts';
import { sendCalls, valueOf } from '../protocol/calling.ts';
import { batchesOf } from '../protocol/chunks.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { emitCall, readEmitted } from '../protocol/operations/emit.ts';
import { encodeLiveBatch } from '../protocol/live.ts';
import { LiveInboxes } from './live-inboxes.ts';

/** Dependencies of a chunk writer. */
export interface ChunkWriterParts {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly keyspace: Keyspace;
}

interface Pending {
  readonly emitted: EmittedChunks;
  readonly resolve: (result: EmitResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores chunks in the streams of their actions and sends them to the inboxes of their readers. A chunk that does not reach an
 * inbox is read from the stream.
 */
export class ChunkWriter {
  readonly #parts: ChunkWriterParts;
  readonly #inboxes: LiveInboxes;
  #pending: Pending[] = [];

  constructor(parts: ChunkWriterParts) {
    this.#parts = parts;
    this.#inboxes = new LiveInboxes(parts);
  }

  /** Resolves once the chunks are stored, or the lease is known to be lost. Throws RedisUnavailableError. */
  async write(emitted: EmittedChunks): Promise<EmitResult> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ emitted, resolve, reject });
      if (this.#pending.length === 1) queueMicrotask(() => this.#writeAll());
    });
  }

  #writeAll(): void {
    for (const batch of batchesOf(this.#pending.splice(0), bytesOf)) void this.#writeBatch(batch);
  }

  /**
   * The inboxes come first, and neither waits for the other: a chunk reaches its reader in one round trip, before Redis has
   * stored it. A reader that resumes elsewhere from its position misses nothing, because the emitter stores the same chunk under
   * the same number until it succeeds, or another attempt begins.
   */
  async #writeBatch(batch: readonly Pending[]): Promise<void> {
    const { redis, keyspace } = this.#parts;
    const rows = batch.map(({ emitted: { lease, first, chunks } }) => ({
      ...lease,
      first,
      chunks,
    }));
    for (const { emitted } of batch) {
      // Once the lease has ended, its chunks may belong to an attempt that another worker has replaced.
      if (emitted.lease.deadline > performance.now()) this.#send(emitted, emitted.readers);
    }
    // The inboxes write in a microtask.
    await Promise.resolve();
    const [reply] = await sendCalls(redis, [emitCall(keyspace, rows)]);
    try {
      const answers = readEmitted(valueOf(reply, `emit chunks of ${keyspace.title}`));
      for (const [at, { emitted, resolve }] of batch.entries()) {
        const { held, followers } = answers[at] ?? { held: false, followers: [] };
        const others = followers.filter((each) => !emitted.readers.includes(each));
        if (held) this.#send(emitted, others);
        resolve({ held, followers });
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #send({ lease, first, chunks }: EmittedChunks, readers: readonly string[]): void {
    if (chunks.length === 0 || readers.length === 0) return;
    const text = encodeLiveBatch(lease, first, chunks);
    for (const reader of readers) this.#inboxes.send(reader, text);
  }
}

function bytesOf({ emitted: { chunks } }: Pending): number {
  return chunks.reduce((sum, { length }) => sum + 3 * length, 100);
}
