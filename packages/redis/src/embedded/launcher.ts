/** Where a server comes from. */
export type RedisKind = 'path' | 'apt' | 'docker' | 'javascript';

/** What a server is started with. */
export interface ServerSpec {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly directory: string;
  /** A file read before the settings. */
  readonly configFile?: string;
  /** Settings as on the command line of redis-server. */
  readonly settings: readonly string[];
}

/** A server that answers. */
export interface RunningServer {
  /** Ends it and waits until it has ended. */
  stop(): Promise<void>;
  /** Ends it without letting it tidy up. */
  kill(): Promise<void>;
  /** Ends it without waiting, when this process exits. */
  abandon(): void;
}

/** One way to get a Redis. */
export interface RedisLauncher {
  readonly kind: RedisKind;
  readonly description: string;
  start(spec: ServerSpec): Promise<RunningServer>;
}

/** Looks for one way; undefined where it does not exist on this machine. */
export type Finder = (options: {
  onProgress: (line: string) => void;
}) => Promise<RedisLauncher | undefined>;
