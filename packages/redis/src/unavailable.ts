import { isNoobleError, RedisUnavailableError } from '@nooble/errors';
import type { RedisClient } from './client.ts';
import { troubleOf } from './connection-trouble.ts';

/** Replies by which a reachable server says that it does not take the command now. */
const REFUSALS =
  /^(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM|UNBLOCKED)\b/;

/** What clients say when there is no usable connection. */
const LOST =
  /Connection is closed|aborted due to connection close|No connection for|max retries per request|Command timed out|Stream isn't writeable|Failed to refresh slots|None of startup nodes|All sentinels are unreachable|Cluster isn't ready|Too many Cluster redirections/i;

/** Whether Redis could not be reached, or refused because of its own state; true for RedisUnavailableError too. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isNoobleError(error)) return error.code === RedisUnavailableError.kind.code;
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^(E[A-Z]+|EAI_AGAIN|NR_CLOSED)$/.test(code)) return true;
  return REFUSALS.test(message) || LOST.test(message) || message.includes('-OOM');
}

/**
 * A RedisUnavailableError saying what was attempted, where and why it failed, or the error itself when it
 * is about something else. `client` may be left out for errors of `runScript` and `runScripts`.
 */
export function asRedisUnavailable(error: unknown, attempted: string, client?: RedisClient): Error {
  if (isNoobleError(error)) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if (!isUnavailable(error)) return error;
  const { url, lastError } = troubleOf(error, client) ?? {};
  // "Too many retries" is what the client says; why it had to retry is what helps.
  const reason = LOST.test(error.message) ? lastError?.message : undefined;
  return new RedisUnavailableError({
    attempted,
    cause: error,
    ...(url !== undefined && { url }),
    ...(reason !== undefined && { reason }),
  });
}
