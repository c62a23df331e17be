import { redactUrl } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import type { Screen } from './screen.ts';

/** The Redis of this run. */
export interface DemoRedis {
  readonly url: string;
  /** A server that is slow with large collections. */
  readonly small: boolean;
  stop(): Promise<void>;
}

/** The one `REDIS_URL` names, or one of our own. */
export async function openRedis(screen: Screen): Promise<DemoRedis> {
  const url = process.env['REDIS_URL'];
  if (url !== undefined && url !== '') {
    screen.line(`Redis      ${redactUrl(url)} (REDIS_URL)`);
    return { url, small: false, stop: async () => {} };
  }
  const redis = await startEmbeddedRedis({
    allowJavaScript: true,
    onProgress: (line) => screen.faint(line),
  });
  screen.line(`Redis      ${redis.description}`);
  return { url: redis.url, small: redis.kind === 'javascript', stop: async () => redis.stop() };
}
