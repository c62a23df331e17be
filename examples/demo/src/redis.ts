import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { removeKeys } from './keys-of-run.ts';
import type { Screen } from './screen.ts';

/** The Redis of this run. */
export interface DemoRedis {
  readonly url: string;
  /** True for a server that is slow with large collections. */
  readonly small: boolean;
  /** Stops a server that the demo started, or removes the keys of the run from the user's server. */
  leave(prefix: string): Promise<void>;
}

/** Opens the Redis of `REDIS_URL`, or starts one. Throws an Error that explains what to do if it does not reply. */
export async function openRedis(screen: Screen): Promise<DemoRedis> {
  const url = process.env['REDIS_URL'];
  if (url !== undefined && url !== '') return openNamed(url, screen);
  const redis = await startEmbeddedRedis({
    allowJavaScript: true,
    onProgress: (line) => screen.faint(line),
  });
  screen.field('Redis', redis.description);
  screen.faint(`           ${redis.url}`);
  return { url: redis.url, small: redis.kind === 'javascript', leave: async () => redis.stop() };
}

async function openNamed(url: string, screen: Screen): Promise<DemoRedis> {
  const pool = new RedisPool({ url, name: 'demo' });
  const where = `Redis at ${pool.redactedUrl} (REDIS_URL)`;
  try {
    const { ok, problem } = await pool.health(5_000);
    if (!ok) {
      const whatToDo = 'Start it, correct REDIS_URL, or unset it to have a Redis started for you.';
      throw new Error(`${where} does not reply: ${problem}. ${whatToDo}`);
    }
  } finally {
    await pool.close();
  }
  screen.field('Redis', `${pool.redactedUrl} (REDIS_URL)`);
  return {
    url,
    small: false,
    async leave(prefix) {
      await removeKeys(url, prefix).catch((error: unknown) =>
        screen.faint(`  Cannot remove the keys that begin with ${prefix}: ${String(error)}`),
      );
    },
  };
}
