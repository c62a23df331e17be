import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { removeKeys } from './keys-of-run.ts';
import type { Screen } from './screen.ts';

/** The Redis of this run. */
export interface DemoRedis {
  readonly url: string;
  /** A server that is slow with large collections. */
  readonly small: boolean;
  /** Ends the server that was started, or removes what a run left behind in the user's. */
  leave(prefix: string): Promise<void>;
}

/** The one `REDIS_URL` names, or one of our own. Throws an Error that says what to do when it does not answer. */
export async function openRedis(screen: Screen): Promise<DemoRedis> {
  const url = process.env['REDIS_URL'];
  if (url !== undefined && url !== '') return openNamed(url, screen);
  const redis = await startEmbeddedRedis({
    allowJavaScript: true,
    onProgress: (line) => screen.faint(line),
  });
  screen.line(`Redis      ${redis.description}`);
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
      throw new Error(`${where} does not answer: ${problem}. ${whatToDo}`);
    }
  } finally {
    await pool.close();
  }
  screen.line(`Redis      ${pool.redactedUrl} (REDIS_URL)`);
  return {
    url,
    small: false,
    async leave(prefix) {
      await removeKeys(url, prefix).catch((error: unknown) =>
        screen.faint(`  Keys that begin with ${prefix} are left behind: ${String(error)}`),
      );
    },
  };
}
