import { readConnecting, type ConnectOptions } from './connecting/options.ts';
import { Sessions } from './connecting/sessions.ts';

/** Data in PostgreSQL. Its fields are groups, each in a file of its concern. */
export interface Persistence {
  /** Closes all connections. Idempotent. */
  close(): Promise<void>;
}

/** Opens the groups. Connects when they are first used. Throws RangeError for invalid options. */
export function connect(options: ConnectOptions): Persistence {
  const sessions = new Sessions(readConnecting(options));
  return Object.freeze({
    close: async () => sessions.close(),
  });
}
