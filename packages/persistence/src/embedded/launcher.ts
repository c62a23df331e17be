import type { ProgramUser, RunningServer } from '@nooble/servers';

/** Source of a server. */
export type PostgresKind = 'path' | 'apt' | 'package' | 'docker';

/** Configuration of a server to start. */
export interface PostgresSpec {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Folder of its data. */
  readonly directory: string;
  readonly password: string;
  /** Settings of the server, as in `postgresql.conf`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts servers of one kind. */
export interface PostgresLauncher {
  readonly kind: PostgresKind;
  readonly description: string;
  /** The user that must own the folder of its data. @default the user of this process */
  readonly user?: ProgramUser | undefined;
  start(spec: PostgresSpec): Promise<RunningServer>;
}

/** Returns the launcher of one kind, or undefined if it is not available on this machine. */
export type Finder = (options: {
  onProgress: (line: string) => void;
}) => Promise<PostgresLauncher | undefined>;

/** The superuser of an embedded server. Not `nooble`: tables without a schema would be created in that of Nooble. */
export const SUPERUSER = 'postgres';
