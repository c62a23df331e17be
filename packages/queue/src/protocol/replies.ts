import { isWireError } from '@nooble/errors';
import { isActionId, isActionType, type CallbackData } from '@nooble/models';
import { liveBatchesIn, type LiveBatch } from './live.ts';
import type { Position } from './position.ts';

/** The outcome of an awaited action. */
export interface Reply {
  readonly actionId: string;
  /** Absent if a worker of an earlier version wrote the reply. */
  readonly actionType?: string;
  readonly data: CallbackData;
  /** Place of the last chunk of its stream; absent if it has no stream, or a script ended it. */
  readonly lastChunk?: Position;
}

/** Content of an entry of an inbox: a reply, of which invalid parts are left out, or chunks. */
export type InboxEntry =
  | { readonly reply: Partial<Reply> }
  | { readonly batches: readonly LiveBatch[] };

/** An encoded reply to write into an inbox. */
export interface EncodedReply {
  /** `inbox:<id>`. */
  readonly replyTo: string;
  readonly text: string;
  /** Time after which its caller no longer waits (Unix ms, by the clock of Redis). */
  readonly untilMs: number;
}

/** Time after the expiry of an action during which its caller may still read its inbox (ms). */
const GRACE_MS = 60_000;
/** Maximum time that a caller waits for an action that never expires (ms). */
const UNTOLD_MS = 3_600_000;

/** Returns the time until which the caller of an action may wait (Unix ms): until it expires, or an hour from `sinceMs`. */
export function waitingUntil(expiresMs: number | undefined, sinceMs: number): number {
  return Math.round((expiresMs ?? sinceMs + UNTOLD_MS) + GRACE_MS);
}

/** Encodes a reply for an inbox. Throws for a result that JSON cannot hold. */
export function encodeReply({ actionId, actionType, data, lastChunk }: Reply): string {
  const last = lastChunk && { last_chunk: [lastChunk.attempt, lastChunk.sequence] };
  return JSON.stringify({ action_id: actionId, action_type: actionType, ...data, ...last });
}

/** Decodes an entry of an inbox. Any process may have written it. */
export function decodeEntry(text: string): InboxEntry {
  try {
    const { streams, ...reply } = JSON.parse(text) as Record<string, unknown>;
    return Array.isArray(streams) ? { batches: liveBatchesIn(streams) } : { reply: replyIn(reply) };
  } catch {
    return { reply: {} };
  }
}

function replyIn(fields: Record<string, unknown>): Partial<Reply> {
  const { action_id: actionId, action_type: actionType, last_chunk: last, ...data } = fields;
  if (!isActionId(actionId)) return {};
  const lastChunk = placeIn(last);
  return {
    actionId,
    ...(isActionType(actionType) && { actionType }),
    ...(isOutcome(data) && { data }),
    ...(lastChunk && { lastChunk }),
  };
}

function placeIn(last: unknown): Position | undefined {
  if (!Array.isArray(last)) return undefined;
  const [attempt, sequence] = last as unknown[];
  const isPlace = [attempt, sequence].every((each) => Number.isSafeInteger(each));
  return isPlace ? { attempt: Number(attempt), sequence: Number(sequence) } : undefined;
}

const UNDONE: readonly unknown[] = ['dead', 'expired', 'cancelled'];

function isOutcome(data: Record<string, unknown>): data is CallbackData {
  const { status, error } = data;
  return status === 'done' || (UNDONE.includes(status) && isWireError(error));
}
