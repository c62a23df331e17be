import type { ScriptCall } from '@nooble/redis';
import { inboxKey } from '../keys.ts';
import { scriptOf } from '../keyspace.ts';

/** The newest so many replies stay in an inbox. */
const MAX_REPLIES = 1_000;
/** From each push, ms. */
const INBOX_TTL_MS = 3_600_000;

/** The call that puts replies into an inbox. */
export function replyCall(prefix: string, inboxId: string, replies: readonly string[]): ScriptCall {
  const args = [MAX_REPLIES, INBOX_TTL_MS, ...replies];
  return { script: scriptOf('reply'), keys: [inboxKey(prefix, inboxId)], args };
}
