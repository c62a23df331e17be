import { parseInboxName } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { inboxKey } from '../keys.ts';
import { scriptOf } from '../keyspace.ts';
import type { EncodedReply } from '../replies.ts';

/** Most replies that an inbox holds. */
export const MAX_REPLIES = 20_000;
/** Most bytes that an inbox holds; one reply always fits into an empty one. */
export const MAX_INBOX_BYTES = 64 * 1024 * 1024;

/** The call that puts replies into the inbox they are for; all of them name the same. */
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

/** How many of them the inbox took, the first ones: there was no room for the others. */
export function readReplied(reply: unknown): number {
  return reply as number;
}
