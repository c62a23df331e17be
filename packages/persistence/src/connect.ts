import { readConnecting, type ConnectionOptions } from './connecting/options.ts';
import { Sessions } from './connecting/sessions.ts';
import { openOutbox, type Outbox, type OutboxOptions } from './outbox/outbox.ts';
import { PostgresDirectory, type DirectoryOptions } from './tenants/directory.ts';
import { openRegistry, type TenantRegistry } from './tenants/registry.ts';

/** Options of `connect`. */
export interface ConnectOptions extends ConnectionOptions {
  /** Cache of the tenant directory. */
  readonly directory?: DirectoryOptions;
}

/** Data in PostgreSQL. Its fields are groups, each in a file of its concern. */
export interface Persistence {
  /** Pass it to `DomainQueueManager`: tenants and their plans, cached. */
  readonly directory: PostgresDirectory;
  /** Reads and changes tenants and plans. */
  readonly tenants: TenantRegistry;
  /** Opens an outbox, whose actions the manager admits. Throws RangeError for invalid options. */
  outbox(this: void, options: OutboxOptions): Outbox;
  /** Closes all connections; stop relays before. Idempotent. */
  close(this: void): Promise<void>;
}

/** Opens the groups. Connects when they are first used. Throws RangeError for invalid options. */
export function connect({ directory: caching = {}, ...given }: ConnectOptions): Persistence {
  const sessions = new Sessions(readConnecting(given));
  const directory = new PostgresDirectory(sessions, caching);
  return Object.freeze({
    directory,
    tenants: openRegistry(sessions),
    outbox: (choice: OutboxOptions) => openOutbox(sessions, choice),
    close: async () => {
      await directory.stop();
      await sessions.close();
    },
  });
}
