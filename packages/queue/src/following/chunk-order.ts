import type { ChunkBatch } from '../protocol/chunk-batch.ts';
import { START, type Position } from '../protocol/position.ts';

/** New chunks of a batch, in order. */
export interface NewChunks {
  /** True if a further attempt began: the chunks before are void. */
  readonly restarts: boolean;
  readonly chunks: readonly unknown[];
  /** Place of the last one. */
  readonly position: Position;
}

/**
 * The order of the chunks of one action: decides which chunks of a batch are new. Batches may be lost, repeated and out of
 * order.
 */
export class ChunkOrder {
  #position: Position;

  constructor(after: Position = START) {
    this.#position = after;
  }

  /** Place of the last chunk that was taken. */
  get position(): Position {
    return this.#position;
  }

  /** Number of chunks that are missing before a batch; 0 if it can be taken. */
  missingBefore({ attempt, first }: ChunkBatch): number {
    const { attempt: own, sequence } = this.#position;
    if (attempt < own) return 0;
    return Math.max(0, first - 1 - (attempt === own ? sequence : 0));
  }

  /** Takes the new chunks of a batch. Requires that none are missing before it. */
  take({ attempt, first, chunks }: ChunkBatch): NewChunks {
    const { attempt: own, sequence } = this.#position;
    if (attempt < own) return this.#none();
    const taken = attempt === own ? sequence : 0;
    const fresh = chunks.slice(taken + 1 - first);
    const restarts = attempt > own && sequence > 0;
    if (attempt === own && fresh.length === 0) return this.#none();
    this.#position = { attempt, sequence: taken + fresh.length };
    return { restarts, chunks: fresh, position: this.#position };
  }

  #none(): NewChunks {
    return { restarts: false, chunks: [], position: this.#position };
  }
}
