import { isNoobleError, RedisUnavailableError } from '@nooble/errors';
import { isSymptom, whereFailed, whyFailed } from './connection-trouble.ts';

/** Replies by which a reachable server says that it does not take the command now. */
const REFUSALS =
  /^(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM|UNBLOCKED)\b/;

/** Whether Redis could not be reached, or refused because of its own state; true for RedisUnavailableError too. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isNoobleError(error)) return error.code === RedisUnavailableError.kind.code;
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^(E[A-Z]+|EAI_AGAIN|NR_CLOSED)$/.test(code)) return true;
  if (isSymptom(error) || message.startsWith('Too many Cluster redirections')) return true;
  return REFUSALS.test(message) || message.includes('-OOM');
}

/**
 * A RedisUnavailableError saying what was attempted, where and why it failed, or the error itself when it
 * is about something else. Takes the errors of every command of a pool.
 */
export function asRedisUnavailable(error: unknown, attempted: string): Error {
  if (isNoobleError(error)) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if (!isUnavailable(error)) return error;
  const url = whereFailed(error);
  return new RedisUnavailableError({
    attempted,
    cause: error,
    reason: whyFailed(error),
    ...(url !== undefined && { url }),
  });
}
