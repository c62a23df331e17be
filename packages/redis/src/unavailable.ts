import { isNoobleError, RedisUnavailableError } from '@nooble/errors';
import { isSymptom, whereFailed, whyFailed } from './connection-trouble.ts';

/** Errors with which a reachable server temporarily refuses a command. */
const REFUSALS =
  /^(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM|UNBLOCKED)\b/;

/** Returns true if Redis could not be reached, or refused because of its own state. Includes RedisUnavailableError. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isNoobleError(error)) return error.code === RedisUnavailableError.kind.code;
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^(E[A-Z]+|EAI_AGAIN|NR_CLOSED)$/.test(code)) return true;
  if (isSymptom(error) || message.startsWith('Too many Cluster redirections')) return true;
  return REFUSALS.test(message) || message.includes('-OOM');
}

/**
 * Converts an error of a pool's command to a RedisUnavailableError that states what was attempted, where and why it
 * failed. Returns any other error unchanged.
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
