/** Consecutive chunks of one attempt. */
export interface ChunkBatch {
  /** Token of the lease under which they were emitted. */
  readonly attempt: number;
  /** Number of the first one in its attempt, counted from 1. */
  readonly first: number;
  readonly chunks: readonly unknown[];
}

/** Maximum size of one chunk (bytes of JSON). */
export const MAX_CHUNK_BYTES = 256 * 1024;

/** Maximum number and bytes of the chunks that one entry of a stream holds; one chunk may be larger. */
export const MAX_BATCH = { chunks: 4_096, bytes: 64 * 1024 } as const;

/** Maximum number of chunks that a stream keeps, and their bytes. */
export const MAX_KEPT = { chunks: 65_536, bytes: 4 * 1024 * 1024 } as const;

/** Returns the batch of a JSON list of chunks. Throws SyntaxError. */
export function batchOf(attempt: number, first: number, list: string): ChunkBatch {
  return { attempt, first, chunks: JSON.parse(list) as unknown[] };
}
