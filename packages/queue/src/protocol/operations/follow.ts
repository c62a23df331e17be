import type { CallbackData } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { batchOf, type ChunkBatch } from '../chunk-batch.ts';
import type { Keyspace } from '../keyspace.ts';
import { formatPosition, type Position } from '../position.ts';
import { codeAmong, unreadable } from '../unreadable.ts';

/** Maximum number of bytes of one page of a stream. One entry may be larger. */
const PAGE_BYTES = 1024 * 1024;
/** Time for which an inbox receives chunks after it was added (ms). */
export const FOLLOWED_MS = 30_000;

/** A place in the stream of an action. */
export interface FollowArguments {
  readonly actionId: string;
  /** @default any tenant */
  readonly tenantId: string | undefined;
  readonly after: Position;
  /** Inbox that receives the next chunks; '' for none. */
  readonly inbox: string;
}

/** The end of a stream. */
export interface StreamEnd {
  readonly how: CallbackData['status'];
  /** JSON of the result or the error, or `stalled <n>`. */
  readonly note: string;
}

/** A part of a stream. */
export interface StreamPage {
  /** False if the action has ended, or is unknown. */
  readonly lives: boolean;
  readonly batches: readonly ChunkBatch[];
  readonly end?: StreamEnd;
  /** True if there may be more to read now. */
  readonly isFull: boolean;
}

/** Returns the call that reads a stream. */
export function followCall(keyspace: Keyspace, given: FollowArguments): ScriptCall {
  const { actionId, tenantId = '', after, inbox } = given;
  const from = formatPosition(after);
  return keyspace.call('follow', [actionId, tenantId, from, PAGE_BYTES, inbox, FOLLOWED_MS]);
}

type Entry = readonly [id: string, cells: readonly string[]];

/** Returns the entries up to the end of the stream. */
export function readPage(reply: unknown): StreamPage {
  const { FOLLOWED, UNFOLLOWED } = CODES.following;
  const [code, more, ...entries] = reply as [unknown, unknown, ...Entry[]];
  const lives = codeAmong([FOLLOWED, UNFOLLOWED], code, 'follow') === FOLLOWED;
  const at = entries.findIndex(([, cells]) => cells[2] === 'end');
  const before = at === -1 ? entries : entries.slice(0, at);
  const [, ended] = entries[at] ?? [];
  return {
    lives,
    batches: before.map(batchIn),
    ...(ended && { end: endIn(ended) }),
    isFull: more === 1 && !ended,
  };
}

function batchIn([id, cells]: Entry): ChunkBatch {
  const [, , name, first, , , , list = ''] = cells;
  const attempt = Number(id.slice(0, id.indexOf('-')));
  if (name !== 'first') throw unreadable('follow', `an entry with ${String(name)}`);
  return batchOf(attempt, Number(first), `[${list}]`);
}

function endIn(cells: readonly string[]): StreamEnd {
  const [, , , how, , note = ''] = cells;
  return { how: codeAmong(Object.values(CODES.endings), how, 'follow'), note };
}
