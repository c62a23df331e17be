import type { RedisClient } from './client.ts';
import { RedisPool } from './pool.ts';

const DEFAULT_URL = 'redis://127.0.0.1:6379';
const pools = new Map<string, RedisPool>();

/** The process-wide command connection to a Redis. @default `REDIS_URL`, or redis://127.0.0.1:6379 */
export function getRedisClient(url: string = process.env['REDIS_URL'] ?? DEFAULT_URL): RedisClient {
  let pool = pools.get(url);
  if (!pool) pools.set(url, (pool = new RedisPool({ url })));
  return pool.command();
}

/** Ends what `getRedisClient` opened; a later call opens it again. */
export async function closeRedisPool(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map(async (pool) => pool.close()));
}
