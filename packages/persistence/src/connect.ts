import { readConnecting, type ConnectionOptions } from './connecting/options.ts';
import { healthOf, type PostgresHealth } from './connecting/health.ts';
import { inTenant } from './connecting/in-tenant.ts';
import { Sessions, type Transaction } from './connecting/sessions.ts';
import { historyOf, type History } from './history/history.ts';
import { openOutbox, type Outbox, type OutboxOptions } from './outbox/outbox.ts';
import { Recorder } from './recording/recorder.ts';
import type { RecorderOptions } from './recording/recorder-options.ts';
import { PostgresDirectory, type DirectoryOptions } from './tenants/directory.ts';
import { exportTenant, exportTenantTo } from './tenants/export-tenant.ts';
import type { ExportedLine, ExportTenantOptions } from './tenants/export-tenant.ts';
import { purgeTenant, type PurgeReport, type PurgeTenantOptions } from './tenants/purge-tenant.ts';
import { openRegistry, type TenantRegistry } from './tenants/registry.ts';
import { usageOf, type Usage } from './usage/usage.ts';

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
  /** Reads the endings of actions. */
  readonly history: History;
  /** Reads the use of tenants per day. */
  readonly usage: Usage;
  /**
   * Runs the work in a transaction of the role `nooble_app`, which sees and changes only rows of the tenant, in your own tables
   * too if their policies compare with `nooble.current_tenant()`. Commits once the work has ended, and rolls back if it throws.
   * Throws InvalidActionError for an invalid id, TransactionError if the error of a statement was caught, PostgresUnavailableError
   * and PostgresSetupError.
   */
  transaction<Result>(
    this: void,
    tenantId: string,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result>;
  /** Returns whether PostgreSQL replies in time, and its error otherwise, which contains its address. Never rejects. */
  health(this: void, timeoutMs?: number): Promise<PostgresHealth>;
  /** Returns a recorder, which stores the endings of domains. Throws RangeError for invalid options. */
  recorder(this: void, options: RecorderOptions): Recorder;
  /** Opens an outbox, whose actions the manager admits. Throws RangeError for invalid options. */
  outbox(this: void, options: OutboxOptions): Outbox;
  /**
   * Removes a tenant from Redis and PostgreSQL, in bounded steps, and counts afterwards what is left. May be repeated. Throws
   * InvalidActionError for an invalid id, RedisUnavailableError and PostgresUnavailableError.
   */
  purgeTenant(this: void, tenantId: string, options: PurgeTenantOptions): Promise<PurgeReport>;
  /** Returns all data of a tenant in Redis and PostgreSQL, page by page. Throws as `purgeTenant` does. */
  exportTenant(
    this: void,
    tenantId: string,
    options: ExportTenantOptions,
  ): AsyncGenerator<ExportedLine>;
  /** Writes them as JSON lines to a file in the folder, which only this user can read. Returns its path. */
  exportTenantTo(
    this: void,
    folder: string,
    tenantId: string,
    options: ExportTenantOptions,
  ): Promise<string>;
  /** Closes all connections; stop relays and recorders before. Idempotent. */
  close(this: void): Promise<void>;
}

/** Opens the groups. Connects when they are first used. Throws RangeError for invalid options. */
export function connect({ directory: caching = {}, ...given }: ConnectOptions): Persistence {
  const sessions = new Sessions(readConnecting(given));
  const directory = new PostgresDirectory(sessions, caching);
  return Object.freeze({
    directory,
    tenants: openRegistry(sessions),
    history: historyOf(sessions),
    usage: usageOf(sessions),
    transaction: async <Result>(
      tenantId: string,
      work: (transaction: Transaction) => Promise<Result>,
    ) => inTenant(sessions, tenantId, work),
    health: async (timeoutMs?: number) => healthOf(sessions, timeoutMs),
    recorder: (choice: RecorderOptions) => new Recorder(sessions, choice),
    outbox: (choice: OutboxOptions) => openOutbox(sessions, choice),
    purgeTenant: async (tenantId: string, choice: PurgeTenantOptions) =>
      purgeTenant(sessions, tenantId, choice),
    exportTenant: (tenantId: string, choice: ExportTenantOptions) =>
      exportTenant(sessions, tenantId, choice),
    exportTenantTo: async (folder: string, tenantId: string, choice: ExportTenantOptions) =>
      exportTenantTo(folder, exportTenant(sessions, tenantId, choice), tenantId),
    close: async () => {
      await directory.stop();
      await sessions.close();
    },
  });
}
