import { isInboxName } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { MAX_KEPT } from '../chunk-batch.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

/** Time for which a stream is kept although its action neither emits nor ends (ms). */
const KEPT_MS = 7 * 86_400_000;

/** Chunks to append to the stream of one action. */
export interface EmitRow {
  readonly actionId: string;
  readonly token: string;
  /** Number of the first chunk. */
  readonly first: number;
  /** JSON of each chunk. Without chunks, the row announces that the attempt has a stream. */
  readonly chunks: readonly string[];
}

/** Result for one row. */
export interface EmitAnswer {
  /** False if the lease was lost: nothing was stored. */
  readonly held: boolean;
  /** Inboxes to which the chunks should be sent as well. */
  readonly followers: readonly string[];
}

/** Returns the call that appends chunks, up to 500 rows and 4 MiB. */
export function emitCall(keyspace: Keyspace, rows: readonly EmitRow[]): ScriptCall {
  const cells = rows.flatMap(({ actionId, token, first, chunks }) => {
    return [actionId, token, first, first + chunks.length - 1, chunks.join(',')];
  });
  return keyspace.call('emit', [MAX_KEPT.chunks, MAX_KEPT.bytes, KEPT_MS, ...cells]);
}

/** Returns one result per row, in order. */
export function readEmitted(reply: unknown): EmitAnswer[] {
  const { HELD, NOT_HELD } = CODES.renewal;
  return (reply as unknown[][]).map(([code, ...followers]) => ({
    held: codeAmong([HELD, NOT_HELD], code, 'emit') === HELD,
    followers: followers.filter(isInboxName),
  }));
}
