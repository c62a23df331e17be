import { parseInboxName } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { inboxKey } from '../keys.ts';
import { scriptOf } from '../keyspace.ts';
import type { EncodedReply } from '../replies.ts';

/** Maximum number of replies in an inbox. */
export const MAX_REPLIES = 20_000;
/** Maximum number of bytes in an inbox. One reply always fits into an empty one. */
export const MAX_INBOX_BYTES = 64 * 1024 * 1024;

/** Returns the call that writes replies to an inbox, which is the same for all of them. */
export function replyCall(
  prefix: string,
  replyTo: string,
  replies: readonly Omit<EncodedReply, 'replyTo'>[],
): ScriptCall {
  const untilMs = replies.reduce((latest, each) => Math.max(latest, each.untilMs), 0);
  const texts = replies.map(({ text }) => text);
  const args = [MAX_REPLIES, MAX_INBOX_BYTES, untilMs, ...texts];
  return { script: scriptOf('reply'), keys: [inboxKey(prefix, parseInboxName(replyTo))], args };
}

/** Maximum number of entries and bytes of an inbox that still takes chunks: they leave the room of replies alone. */
const MAX_LIVE = { entries: 1_000, bytes: 16 * 1024 * 1024 };

/** Returns the call that writes chunks to an inbox, unless its process is late. */
export function liveCall(prefix: string, inbox: string, entry: string): ScriptCall {
  const args = [MAX_LIVE.entries, MAX_LIVE.bytes, 0, entry];
  return { script: scriptOf('reply'), keys: [inboxKey(prefix, parseInboxName(inbox))], args };
}

/** Returns the number of replies that the inbox accepted: the first ones, until it was full. */
export function readReplied(reply: unknown): number {
  return reply as number;
}
