export { connect, type ConnectOptions, type Persistence } from './connect.ts';
export { setTenant } from './connecting/sessions.ts';
export { migrate, type MigrateOptions } from './migrating/migrate.ts';
export type { RefusedAction, RefusedOptions } from './outbox/ended-rows.ts';
export type { CallerTransaction, OutboxReceipt } from './outbox/enqueue-in.ts';
export type { Outbox, OutboxOptions } from './outbox/outbox.ts';
export type { OutboxStats } from './outbox/stats.ts';
export type { DirectoryOptions, PostgresDirectory } from './tenants/directory.ts';
export type { Plan, Tenant, TenantPageOptions, TenantRegistry } from './tenants/registry.ts';
