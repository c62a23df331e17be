import { readServerFacts, serverWarnings, type RedisPool } from '@nooble/redis';

/** Where a warning goes unless somebody says otherwise. */
export function warn(warning: string): void {
  process.emitWarning(warning, 'NoobleWarning');
}

const checked = new WeakSet<RedisPool>();

/**
 * Looks once per pool, in the background, whether the server's settings contradict what the queue promises.
 * A server that cannot be asked now is asked at the next call.
 */
export function checkServer(redis: RedisPool, onWarning: (warning: string) => void): void {
  if (checked.has(redis)) return;
  checked.add(redis);
  readServerFacts(redis.command()).then(
    (facts) => serverWarnings(facts).forEach((warning) => onWarning(warning)),
    () => checked.delete(redis),
  );
}
