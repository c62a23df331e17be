import {
  ActionCancelledError,
  DeadlineExceededError,
  isWireError,
  StalledError,
  toWireError,
  type WireError,
} from '@nooble/errors';
import {
  decodeAction,
  encodeAction,
  isJournalName,
  isoOf,
  parseJournalName,
  parseQueueName,
  type CallbackData,
  type DomainAction,
} from '@nooble/models';
import { answerOf, messageOfAnswer, type Answer } from './answer.ts';
import { callbackFor } from './callback.ts';
import { parseStored, type StoredAction } from '../protocol/header.ts';
import type { OutboxEntry } from '../protocol/operations/tick.ts';
import type { Position } from '../protocol/position.ts';
import { encodeReply, waitingUntil, type EncodedReply } from '../protocol/replies.ts';

/** Content of an outbox entry: a callback for a domain, a reply for an inbox, or the child actions of a cancelled action. */
export type Delivery =
  | {
      readonly to: 'domain';
      readonly domain: string;
      readonly callback: DomainAction;
      readonly text: string;
    }
  | (EncodedReply & { readonly to: 'inbox' })
  | (Answer & { readonly to: 'journal' })
  | { readonly to: 'children'; readonly actionId: string; readonly tenantId: string };

/** A delivery of the outcome of an action. */
export type OutcomeDelivery = Exclude<Delivery, { to: 'children' }>;

/** A delivery with the name under which it is acknowledged. */
export interface Outgoing {
  readonly callbackId: string;
  readonly delivery: Delivery;
}

/** Encodes a delivery as it is stored in the outbox. */
export function messageOf(delivery: OutcomeDelivery): string {
  if (delivery.to === 'domain') return `callback ${delivery.domain}\n${delivery.text}`;
  if (delivery.to === 'journal') return messageOfAnswer(delivery);
  return `reply ${delivery.replyTo} ${delivery.untilMs}\n${delivery.text}`;
}

/** Decodes an outbox entry. Returns undefined if there is no recipient. Throws InvalidActionError for a malformed entry. */
export function deliveryOf({ callbackId, message }: OutboxEntry): Delivery | undefined {
  const end = message.indexOf('\n');
  const [word = '', detail = '', until] = message.slice(0, end).split(' ');
  const text = message.slice(end + 1);
  if (word === 'callback') {
    return { to: 'domain', domain: detail, callback: decodeAction(text), text };
  }
  if (word === 'children') return { to: 'children', tenantId: detail, actionId: until ?? '' };
  if (word === 'reply') return { to: 'inbox', replyTo: detail, untilMs: Number(until), text };
  if (word === 'answer') return { to: 'journal', ...answerOf(message) };
  const stored = parseStored(text);
  const action = decodeAction(stored.envelope);
  const data = endingOf({ ...stored, ...action }, word, Number(detail));
  const untilMs = waitingUntil(stored.expiresMs, stored.arrivalUs / 1000);
  return deliveryFor(action, { callbackId, data, untilMs });
}

/** An ended action, and the time until which its caller may wait (Unix ms). */
export interface Told {
  readonly callbackId: string;
  readonly data: CallbackData;
  readonly untilMs: number;
  /** Place of the last chunk that the attempt emitted; absent if it has no stream. */
  readonly lastChunk?: Position;
}

/**
 * Returns the delivery of an outcome to its caller; undefined if the action has none. Throws for an outcome that JSON cannot
 * hold.
 */
export function deliveryFor(
  action: DomainAction,
  { callbackId, data, untilMs, lastChunk }: Told,
): OutcomeDelivery | undefined {
  const { actionId, actionType, tenantId, callbackQueue, replyTo } = action;
  if (isJournalName(replyTo)) {
    return { to: 'journal', tenantId, ...parseJournalName(replyTo), text: JSON.stringify(data) };
  }
  if (replyTo !== undefined) {
    const text = encodeReply({ actionId, actionType, data, ...(lastChunk && { lastChunk }) });
    return { to: 'inbox', replyTo, untilMs, text };
  }
  if (callbackQueue === undefined) return undefined;
  const { domain } = parseQueueName(callbackQueue);
  const callback = callbackFor(action, callbackId, data);
  return { to: 'domain', domain, callback, text: encodeAction(callback) };
}

/** Returns the error of a dead letter: the one that the worker stored, or the reason of the script that ended it. */
export function errorOfNote(actionId: string, note: string): WireError {
  const [, stalls] = /^stalled (\d+)$/.exec(note) ?? [];
  if (stalls !== undefined)
    return toWireError(new StalledError({ actionId, stalls: Number(stalls) }));
  try {
    const error: unknown = JSON.parse(note);
    if (isWireError(error)) return error;
  } catch {
    // The note is plain text.
  }
  return toWireError(new Error(note));
}

/** Returns the outcome that a reason of a script stands for. */
function endingOf(
  { actionId, expiresMs = 0 }: Pick<DomainAction, 'actionId'> & Pick<StoredAction, 'expiresMs'>,
  word: string,
  stalls: number,
): CallbackData {
  if (word === 'expired') {
    const expiresAt = isoOf(expiresMs);
    const error = toWireError(new DeadlineExceededError({ actionId, expiresAt }));
    return { status: 'expired', error };
  }
  if (word === 'cancelled') {
    return { status: 'cancelled', error: toWireError(new ActionCancelledError({ actionId })) };
  }
  return { status: 'dead', error: toWireError(new StalledError({ actionId, stalls })) };
}
