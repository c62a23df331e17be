import { asRedisUnavailable, runScript, runScripts } from '@nooble/redis';
import type { RedisPool, ScriptCall, ScriptReply } from '@nooble/redis';

/** What one call returned. Throws RedisUnavailableError, or what the script refused, saying what was attempted. */
export async function ask(redis: RedisPool, call: ScriptCall, attempted: string): Promise<unknown> {
  try {
    return await runScript(redis.command(), call);
  } catch (error) {
    throw asRedisUnavailable(error, attempted);
  }
}

/** Sends script calls to one domain in one round trip; each gets its own reply. Never rejects. */
export async function sendCalls(
  redis: RedisPool,
  calls: readonly ScriptCall[],
): Promise<ScriptReply[]> {
  try {
    return await runScripts(redis.command(), calls);
  } catch (error) {
    return calls.map(() => ({ ok: false, error: error as Error }));
  }
}

/** What a script returned. Throws what went wrong instead, saying what was attempted. */
export function valueOf(reply: ScriptReply | undefined, attempted: string): unknown {
  if (reply?.ok === true) return reply.value;
  throw asRedisUnavailable(reply?.error, attempted);
}
