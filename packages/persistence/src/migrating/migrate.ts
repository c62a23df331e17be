import { fileURLToPath } from 'node:url';
import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import type * as NodePgMigrate from 'node-pg-migrate';
import { Client } from '../connecting/driver.ts';
import { asPostgresError } from '../connecting/failures.ts';
import { assertPostgresUrl } from '../connecting/options.ts';

/** Options of `migrate`. */
export interface MigrateOptions {
  /** URL of a user that may create roles, and schemas in the database. */
  readonly url: string;
  /** `down` reverts the latest migration, and deletes the data of its tables. @default 'up' */
  readonly direction?: 'up' | 'down';
  /** Number of migrations. @default all for `up`, 1 for `down` */
  readonly count?: number;
  /** Called with one line per step. @default ignored */
  readonly onProgress?: (line: string) => void;
}

const CHECK: OptionsCheck<MigrateOptions> = {
  of: 'migrate',
  rules: {
    url: rule.anything,
    direction: rule.oneOf('up', 'down'),
    count: rule.whole(1),
    onProgress: rule.function,
  },
};

/**
 * Brings the schema `nooble` of a database to this version, in one transaction: a migration that fails or is interrupted leaves
 * nothing behind. Processes that migrate at the same time wait for each other. Returns the names of the migrations that were run.
 * Throws PostgresUnavailableError and PostgresSetupError.
 */
export async function migrate(given: MigrateOptions): Promise<string[]> {
  const { url, direction = 'up', count, onProgress = () => {} } = readOptions(given, CHECK);
  assertPostgresUrl(url);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { runner } = await importRunner();
    const run = await runner({
      dbClient: client,
      dir: migrationsFolder(),
      direction,
      ...(count !== undefined && { count }),
      migrationsTable: 'migrations',
      migrationsSchema: 'nooble',
      createMigrationsSchema: true,
      singleTransaction: true,
      advisoryLockMode: 'wait',
      log: onProgress,
    });
    return run.map(({ name }) => name);
  } catch (error) {
    throw asPostgresError(error, { attempted: `migrate ${direction}`, url });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Builds the module name at run time, so that a bundle does not contain its command line and compiler. */
async function importRunner(): Promise<typeof NodePgMigrate> {
  const name = ['node', 'pg', 'migrate'].join('-');
  return import(name) as Promise<typeof NodePgMigrate>;
}

/** The same path in source and in the package, because both folders have the same depth. */
function migrationsFolder(): string {
  return fileURLToPath(new URL('../../migrations', import.meta.url));
}
