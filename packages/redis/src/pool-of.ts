import { quoted } from '@nooble/errors';
import { RedisPool } from './pool.ts';

/**
 * The pool that an option names: the given one, or a new one for a URL, which its maker then has to close. Throws
 * RangeError for anything else. A pool is known by its shape: an application may have two copies of this package.
 */
export function poolOf(redis: string | RedisPool, name: string): RedisPool {
  if (typeof redis === 'string') return new RedisPool({ url: redis, name });
  const given: unknown = redis;
  if (typeof given === 'object' && given !== null && 'command' in given) return redis;
  throw new RangeError(`Cannot use ${quoted(given)} as redis: expected a URL or a RedisPool`);
}
