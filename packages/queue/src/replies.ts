import { isWireError } from '@nooble/errors';
import { isActionId, parseInboxName, type CallbackData } from '@nooble/models';
import { asRedisUnavailable, runScript, type RedisPool } from '@nooble/redis';
import { replyCall } from './operations/reply.ts';

/** The outcome of an awaited action, on its way to an inbox. */
export interface Reply {
  /** `inbox:<id>`. */
  readonly replyTo: string;
  readonly actionId: string;
  readonly data: CallbackData;
}

/** The reply as it is written into an inbox. */
export function encodeReply({ actionId, data }: Reply): string {
  return JSON.stringify({ action_id: actionId, ...data });
}

/** Reads a reply; undefined for text that is none, since anybody may have written it. */
export function decodeReply(text: string): { actionId: string; data: CallbackData } | undefined {
  try {
    const { action_id: actionId, ...data } = JSON.parse(text) as Record<string, unknown>;
    return isActionId(actionId) && isOutcome(data) ? { actionId, data } : undefined;
  } catch {
    return undefined;
  }
}

const UNDONE: readonly unknown[] = ['dead', 'expired', 'cancelled'];

function isOutcome(data: Record<string, unknown>): data is CallbackData {
  const { status, error } = data;
  return status === 'done' || (UNDONE.includes(status) && isWireError(error));
}

/** Writes replies, those for one inbox together. Throws RedisUnavailableError. */
export async function sendReplies(
  { redis, prefix }: { redis: RedisPool; prefix: string },
  replies: readonly (Reply & { readonly text: string })[],
): Promise<void> {
  const inboxes = new Map<string, string[]>();
  for (const { replyTo, text } of replies) {
    inboxes.set(replyTo, [...(inboxes.get(replyTo) ?? []), text]);
  }
  const calls = [...inboxes].map(async ([replyTo, texts]) =>
    runScript(redis.command(), replyCall(prefix, parseInboxName(replyTo), texts)),
  );
  try {
    await Promise.all(calls);
  } catch (error) {
    throw asRedisUnavailable(error, `send ${replies.length} replies`);
  }
}
