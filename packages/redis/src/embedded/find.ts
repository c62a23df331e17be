import { findAptCopy } from './apt-redis.ts';
import { findDocker } from './docker-redis.ts';
import { findJavaScript } from './javascript-redis.ts';
import type { Finder, RedisKind, RedisLauncher } from './launcher.ts';
import { findRedisOnPath } from './path-redis.ts';

/** Choice among the servers of a machine. */
export interface FindOptions {
  /** Falls back to a server in JavaScript, which is suitable for demonstrations only. @default false */
  readonly allowJavaScript?: boolean;
  /** Called with one line per slow step. @default ignored */
  readonly onProgress?: (line: string) => void;
  /** The only kind to use. @default `NOOBLE_REDIS_KIND`, or the first available */
  readonly kind?: RedisKind;
}

const FINDERS: Readonly<Record<RedisKind, Finder>> = {
  path: findRedisOnPath,
  apt: findAptCopy,
  docker: findDocker,
  javascript: findJavaScript,
};

const HOW_TO_GET_ONE = `Do one of the following:
  apt-get install redis-server            (Debian, Ubuntu; brew install redis on a Mac)
  docker run -p 6379:6379 redis:8         and REDIS_URL=redis://127.0.0.1:6379
  REDIS_URL=redis://host:6379             to use a running Redis`;

/** Returns the first launcher available on this machine. Throws an Error that explains how to get a Redis. */
export async function findRedis(options: FindOptions = {}): Promise<RedisLauncher> {
  const { allowJavaScript = false, onProgress = () => {}, kind = kindFromEnvironment() } = options;
  const usual: RedisKind[] = [
    'path',
    'apt',
    'docker',
    ...(allowJavaScript ? ['javascript' as const] : []),
  ];
  for (const each of kind ? [kind] : usual) {
    const launcher = await FINDERS[each]({ onProgress });
    if (launcher) return launcher;
  }
  throw new Error(
    `Cannot start Redis: none found${kind ? ` of kind "${kind}"` : ''}. ${HOW_TO_GET_ONE}`,
  );
}

function kindFromEnvironment(): RedisKind | undefined {
  const kind = process.env['NOOBLE_REDIS_KIND'];
  if (kind === undefined || kind === '') return undefined;
  if (kind in FINDERS) return kind as RedisKind;
  throw new RangeError(
    `Unknown NOOBLE_REDIS_KIND "${kind}": expected ${Object.keys(FINDERS).join(', ')}`,
  );
}
