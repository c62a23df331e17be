import { MAX_BATCH, MAX_CHUNK_BYTES } from '../protocol/chunk-batch.ts';

/** Limits that a worker applies to chunks before it emits them. */
export const STREAM_LIMITS = {
  /** Maximum size of one chunk (bytes of JSON). */
  chunkBytes: MAX_CHUNK_BYTES,
  /** Maximum number and size of the chunks of one call; one chunk may be larger. */
  batchChunks: MAX_BATCH.chunks,
  batchBytes: MAX_BATCH.bytes,
} as const;
