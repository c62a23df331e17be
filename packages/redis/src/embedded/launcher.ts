import type { RunningServer } from '@nooble/servers';

/** Source of a server. */
export type RedisKind = 'path' | 'apt' | 'docker' | 'javascript';

/** Configuration of a server to start. */
export interface ServerSpec {
  /** Port on 127.0.0.1. */
  readonly port: number;
  readonly directory: string;
  /** Configuration file, read before the settings. */
  readonly configFile?: string;
  /** Command line arguments of redis-server. */
  readonly settings: readonly string[];
}

/** Starts servers of one kind. */
export interface RedisLauncher {
  readonly kind: RedisKind;
  readonly description: string;
  start(spec: ServerSpec): Promise<RunningServer>;
}

/** Returns the launcher of one kind, or undefined if it is not available on this machine. */
export type Finder = (options: {
  onProgress: (line: string) => void;
}) => Promise<RedisLauncher | undefined>;
