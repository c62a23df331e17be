import { isActionId } from '@nooble/models';
import type { ChunkBatch } from './chunk-batch.ts';

/** Chunks of one action, as its readers receive them. */
export interface LiveBatch extends ChunkBatch {
  readonly actionId: string;
}

/** Encodes the chunks of an action, which are JSON already. Its id and token have been checked. */
export function encodeLiveBatch(
  { actionId, token }: { readonly actionId: string; readonly token: string },
  first: number,
  chunks: readonly string[],
): string {
  return `{"action_id":"${actionId}","attempt":${token},"first":${first},"chunks":[${chunks.join(',')}]}`;
}

/** Encodes an entry of an inbox from encoded batches. */
export function encodeLive(batches: readonly string[]): string {
  return `{"streams":[${batches.join(',')}]}`;
}

/** Returns the well-formed batches of a decoded entry: any process may have written it. */
export function liveBatchesIn(streams: readonly unknown[]): LiveBatch[] {
  return streams.flatMap((each) => {
    const { action_id: actionId, attempt, first, chunks } = Object(each) as Record<string, unknown>;
    if (!isActionId(actionId) || !isCount(attempt) || !isCount(first) || !Array.isArray(chunks))
      return [];
    return [{ actionId, attempt, first, chunks: chunks as unknown[] }];
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
