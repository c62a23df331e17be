import type { LiveBatch } from '../protocol/live.ts';
import type { StreamReader } from './stream-reader.ts';

/** The readers of this process by action: an inbox receives the chunks of all of them. */
export class LiveStreams {
  readonly #readers = new Map<string, Set<StreamReader>>();

  /** Returns a function that removes the reader. */
  add(actionId: string, reader: StreamReader): () => void {
    const readers = this.#readers.get(actionId) ?? new Set();
    this.#readers.set(actionId, readers.add(reader));
    return () => {
      readers.delete(reader);
      if (readers.size === 0 && this.#readers.get(actionId) === readers)
        this.#readers.delete(actionId);
    };
  }

  /** `characters` is the size of the entry that contained the batches. Chunks without a reader are dropped. */
  deliver(batches: readonly LiveBatch[], characters: number): void {
    for (const batch of batches) {
      for (const reader of this.#readers.get(batch.actionId) ?? []) {
        reader.deliver(batch, characters);
      }
    }
  }

  /** Ends all streams with an error. */
  fail(errorOf: (actionId: string) => Error): void {
    for (const [actionId, readers] of this.#readers) {
      for (const reader of readers) reader.fail(errorOf(actionId));
    }
  }
}
