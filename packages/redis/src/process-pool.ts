import type { RedisClient } from './ioredis.ts';
import { RedisPool, type RedisPoolOptions } from './pool.ts';

const DEFAULT_URL = 'redis://127.0.0.1:6379';
const pools = new Map<string, RedisPool>();

/**
 * Returns the process-wide command connection to a Redis. The first call for a URL opens the connection with the given
 * options; later calls for the same URL share it.
 *
 * @default `REDIS_URL`, or redis://127.0.0.1:6379
 */
export function getRedisClient(
  url: string = process.env['REDIS_URL'] ?? DEFAULT_URL,
  options: Omit<RedisPoolOptions, 'url'> = {},
): RedisClient {
  let pool = pools.get(url);
  if (!pool) pools.set(url, (pool = new RedisPool({ ...options, url })));
  return pool.command();
}

/** Closes the connections that `getRedisClient` opened; a later call opens new ones. */
export async function closeRedisPool(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map(async (pool) => pool.close()));
}
