import { isNoobleError, RedisUnavailableError } from '@nooble/errors';

/** Replies by which a reachable server says that it does not take the command now. */
const REFUSALS =
  /^(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM)\b/;

/** What clients say when there is no usable connection. */
const LOST =
  /Connection is closed|max retries per request|Command timed out|Stream isn't writeable|Failed to refresh slots|None of startup nodes|All sentinels are unreachable|Cluster isn't ready|Too many Cluster redirections/i;

/** Whether Redis could not be reached, or refused because of its own state; true for RedisUnavailableError too. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isNoobleError(error)) return error.code === RedisUnavailableError.kind.code;
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^(E[A-Z]+|NR_CLOSED)$/.test(code)) return true;
  return REFUSALS.test(message) || LOST.test(message) || message.includes('-OOM');
}

/** A RedisUnavailableError saying what was attempted, or the error itself when it is about something else. */
export function asRedisUnavailable(error: unknown, attempted: string): Error {
  if (isNoobleError(error)) return error;
  if (isUnavailable(error)) return new RedisUnavailableError({ attempted, cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
