import { quoted } from '@nooble/errors';
import { RedisPool } from './pool.ts';

/**
 * Returns the given pool, or a new pool for a URL, which the caller must close. Throws RangeError for anything else.
 * Recognizes a pool by its shape, because an application may contain two copies of this package.
 */
export function poolOf(redis: string | RedisPool, name: string): RedisPool {
  if (typeof redis === 'string') return new RedisPool({ url: redis, name });
  const given: unknown = redis;
  if (typeof given === 'object' && given !== null && 'command' in given) return redis;
  throw new RangeError(`Cannot use ${quoted(given)} as redis: expected a URL or a RedisPool`);
}
