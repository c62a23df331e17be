import { readServerFacts, serverWarnings, type RedisPool } from '@nooble/redis';

/** Default receiver of warnings. */
export function warn(warning: string): void {
  process.emitWarning(warning, 'NoobleWarning');
}

const checked = new WeakSet<RedisPool>();

/**
 * Checks once per pool, in the background, whether the settings of the server contradict what the queue promises. If the
 * server cannot be reached, the next call checks again.
 */
export function checkServer(redis: RedisPool, onWarning: (warning: string) => void): void {
  if (checked.has(redis)) return;
  checked.add(redis);
  readServerFacts(redis.command()).then(
    (facts) => serverWarnings(facts).forEach((warning) => onWarning(warning)),
    () => checked.delete(redis),
  );
}
