import type { RedisPool } from '@nooble/redis';
import type { Logger } from 'pino';

/** Logs a warning with the variables to set if Redis does not reply. */
export async function warnOfAbsentRedis(
  { redis, envPrefix }: { readonly redis: RedisPool; readonly envPrefix: string },
  logger: Logger,
): Promise<void> {
  const { ok, problem } = await redis.health();
  if (ok) return;
  const where = `Redis at ${redis.redactedUrl} does not reply`;
  const variables = `${envPrefix}REDIS_URL or REDIS_URL`;
  logger.warn({ problem }, `${where}; retrying. Start Redis, or set ${variables}`);
}
