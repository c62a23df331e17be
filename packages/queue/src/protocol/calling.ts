import { DataFormatError } from '@nooble/errors';
import { asRedisUnavailable, runScript, runScripts } from '@nooble/redis';
import type { RedisPool, ScriptCall, ScriptResult } from '@nooble/redis';
import type { CallId, CallRing } from './call-ring.ts';

/** Returns the reply of one call. Throws RedisUnavailableError, or the error of the script, with what was attempted. */
export async function ask(redis: RedisPool, call: ScriptCall, attempted: string): Promise<unknown> {
  try {
    return await runScript(redis.command(), call);
  } catch (error) {
    throw asCallError(error, attempted);
  }
}

/** A numbered call to one keyspace. */
export interface NumberedCall {
  readonly ring: CallRing;
  readonly callOf: (id: CallId) => ScriptCall;
  readonly attempted: string;
}

/** Like `ask`, but takes effect once, even if a reconnecting client sends the call again. */
export async function askOnce(
  redis: RedisPool,
  { ring, callOf, attempted }: NumberedCall,
): Promise<unknown> {
  const id = await ring.opened();
  try {
    return await ask(redis, callOf(id), attempted);
  } finally {
    ring.close(id);
  }
}

/** Sends script calls to one domain in one round trip. Each gets its own reply. Never rejects. */
export async function sendCalls(
  redis: RedisPool,
  calls: readonly ScriptCall[],
): Promise<ScriptResult[]> {
  try {
    return await runScripts(redis.command(), calls);
  } catch (error) {
    return calls.map(() => ({ ok: false, error: error as Error }));
  }
}

/** Returns the reply of a script. Throws its error, with what was attempted. */
export function valueOf(reply: ScriptResult | undefined, attempted: string): unknown {
  if (reply?.ok === true) return reply.value;
  throw asCallError(reply?.error, attempted);
}

/** Converts the error of a call, with what was attempted: RedisUnavailableError, DataFormatError, or the error itself. */
export function asCallError(error: unknown, attempted: string): Error {
  const { message = '' } = error instanceof Error ? error : {};
  if (!message.startsWith('FORMAT ')) return asRedisUnavailable(error, attempted);
  return new DataFormatError({
    attempted,
    reason: message.replace('FORMAT', 'format'),
    cause: error,
  });
}
