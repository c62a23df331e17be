import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { freePort, temporaryFolder, type RunningServer } from '@nooble/servers';
import { findRedis, type FindOptions } from './embedded/find.ts';
import type { RedisKind, ServerSpec } from './embedded/launcher.ts';
import { sentinelSpec, type SentinelOptions } from './embedded/sentinel.ts';

export { findRedis, type FindOptions } from './embedded/find.ts';
export type { SentinelOptions } from './embedded/sentinel.ts';
export type { RunningServer } from '@nooble/servers';
export type { RedisKind, RedisLauncher, ServerSpec } from './embedded/launcher.ts';

/** Options of `startEmbeddedRedis`. */
export interface EmbeddedRedisOptions extends FindOptions {
  /** @default a free port */
  readonly port?: number;
  /** Folder for its files. @default a temporary folder, removed on stop */
  readonly directory?: string;
  /** Write every change to disk before acknowledging it, so that it survives `kill()`. @default false */
  readonly durable?: boolean;
  /** Runs a Sentinel that monitors a primary on this machine, instead of a server. */
  readonly sentinel?: SentinelOptions;
  /** Further command line arguments of redis-server: `['--maxmemory', '50mb']`. */
  readonly settings?: readonly string[];
}

const CHECK: OptionsCheck<EmbeddedRedisOptions> = {
  of: 'an embedded Redis',
  rules: {
    port: rule.whole(1, 65_535),
    directory: rule.anything,
    durable: rule.boolean,
    sentinel: rule.anything,
    settings: rule.anything,
    allowJavaScript: rule.boolean,
    onProgress: rule.function,
    kind: rule.oneOf('path', 'apt', 'docker', 'javascript'),
  },
};

/** A Redis on loopback, started by this process. */
export interface EmbeddedRedis {
  readonly url: string;
  readonly kind: RedisKind;
  /** Human-readable description of the server. */
  readonly description: string;
  /** Stops the server and removes its files. Idempotent. */
  stop(): Promise<void>;
  /** Kills the server as `kill -9` does; `restart()` starts it again. */
  kill(): Promise<void>;
  /** Restarts the server on the same port with the same files. */
  restart(): Promise<void>;
}

/**
 * Starts a Redis for development and tests. Uses the first available of: the server on the PATH, a copy unpacked from
 * the distribution's package into a cache folder, Docker and, if allowed, a server in JavaScript. Throws an Error that
 * explains how to get a Redis if there is none, and RangeError for invalid options.
 */
export async function startEmbeddedRedis(given: EmbeddedRedisOptions = {}): Promise<EmbeddedRedis> {
  const options = readOptions(given, CHECK);
  const launcher = await findRedis(options);
  const own = options.directory === undefined ? await temporaryFolder('nooble-redis') : undefined;
  const spec = await specOf(options, own?.path ?? options.directory ?? '');
  let running: RunningServer | undefined = await launcher.start(spec).catch(async (error) => {
    await own?.remove();
    throw error;
  });
  const killAtExit = (): void => running?.abandon();
  // Before its folder is removed.
  process.prependOnceListener('exit', killAtExit);
  return {
    url: `redis://127.0.0.1:${spec.port}`,
    kind: launcher.kind,
    description: launcher.description,
    async stop() {
      process.removeListener('exit', killAtExit);
      await running?.stop();
      running = undefined;
      await own?.remove();
    },
    async kill() {
      await running?.kill();
      running = undefined;
    },
    async restart() {
      await running?.stop();
      running = await launcher.start(spec);
    },
  };
}

async function specOf(options: EmbeddedRedisOptions, directory: string): Promise<ServerSpec> {
  const { port = await freePort(), durable = false, settings = [], sentinel } = options;
  if (sentinel) {
    const spec = await sentinelSpec(directory, sentinel);
    return { port, directory, ...spec, settings: [...spec.settings, ...settings] };
  }
  const durability = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
  return { port, directory, settings: ['--save', '', ...durability, ...settings] };
}
