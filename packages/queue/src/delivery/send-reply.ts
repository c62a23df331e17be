import { RedisUnavailableError } from '@nooble/errors';
import { asRedisUnavailable, runScript, type RedisPool } from '@nooble/redis';
import { readReplied, replyCall } from '../protocol/operations/reply.ts';
import type { EncodedReply } from '../protocol/replies.ts';

/** Writes one reply. Throws RedisUnavailableError, also if its inbox is full. */
export async function sendReply(
  { redis, prefix }: { readonly redis: RedisPool; readonly prefix: string },
  reply: EncodedReply,
): Promise<void> {
  const { replyTo } = reply;
  const attempted = `send a reply to "${replyTo}"`;
  let taken: number;
  try {
    taken = readReplied(await runScript(redis.command(), replyCall(prefix, replyTo, [reply])));
  } catch (error) {
    throw asRedisUnavailable(error, attempted);
  }
  if (taken === 0) throw new RedisUnavailableError({ attempted, reason: 'the inbox is full' });
}
