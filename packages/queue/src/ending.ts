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
  isoOf,
  parseQueueName,
  type CallbackData,
  type DomainAction,
} from '@nooble/models';
import { callbackFor } from './callback.ts';
import { parseStored, type StoredAction } from './header.ts';
import type { OutboxEntry } from './operations/tick.ts';
import { decodeReply } from './replies.ts';

/** What an outbox entry asks for: a callback for a domain, or a reply for an inbox. */
export type Delivery =
  | {
      readonly to: 'domain';
      readonly domain: string;
      readonly callback: DomainAction;
      readonly envelope?: string;
    }
  | {
      readonly to: 'inbox';
      readonly replyTo: string;
      readonly actionId: string;
      readonly data: CallbackData;
      /** The reply as it is written into the inbox, where it has been made before. */
      readonly text?: string;
    };

/** First word of a message that a worker has made ready. */
const READY = 'callback';
const REPLY = 'reply';

/** A finished callback, as it stands in the outbox. */
export function readyMessage(domain: string, envelope: string): string {
  return `${READY} ${domain}\n${envelope}`;
}

/** A finished reply, as it stands in the outbox. */
export function replyMessage({ replyTo, text }: { replyTo: string; text: string }): string {
  return `${REPLY} ${replyTo}\n${text}`;
}

/** Reads an outbox entry; undefined when there is nobody to tell. Throws InvalidActionError for an envelope that does not parse. */
export function deliveryOf({ callbackId, message }: OutboxEntry): Delivery | undefined {
  const end = message.indexOf('\n');
  const [word = '', detail = ''] = message.slice(0, end).split(' ');
  const rest = message.slice(end + 1);
  if (word === READY) {
    return { to: 'domain', domain: detail, callback: decodeAction(rest), envelope: rest };
  }
  if (word === REPLY) {
    const reply = decodeReply(rest);
    return reply && { to: 'inbox', replyTo: detail, text: rest, ...reply };
  }
  const stored = parseStored(rest);
  const action = decodeAction(stored.envelope);
  return deliveryFor(action, callbackId, endingOf({ ...stored, ...action }, word, Number(detail)));
}

/** How the outcome of an action reaches its caller; undefined when it has none. */
export function deliveryFor(
  action: DomainAction,
  callbackId: string,
  data: CallbackData,
): Delivery | undefined {
  const { actionId, callbackQueue, replyTo } = action;
  if (replyTo !== undefined) return { to: 'inbox', replyTo, actionId, data };
  if (callbackQueue === undefined) return undefined;
  const { domain } = parseQueueName(callbackQueue);
  return { to: 'domain', domain, callback: callbackFor(action, callbackId, data) };
}

/** The error of a dead letter: what the worker said, or that a script gave it up. */
export function errorOfNote(actionId: string, note: string): WireError {
  const [, stalls] = /^stalled (\d+)$/.exec(note) ?? [];
  if (stalls !== undefined)
    return toWireError(new StalledError({ actionId, stalls: Number(stalls) }));
  try {
    const error: unknown = JSON.parse(note);
    if (isWireError(error)) return error;
  } catch {
    // It is text.
  }
  return toWireError(new Error(note));
}

/** What a script's ending means to the caller. */
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
