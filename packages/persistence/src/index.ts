export { connect, type Persistence } from './connect.ts';
export type { ConnectOptions } from './connecting/options.ts';
export { setTenant } from './connecting/sessions.ts';
export { migrate, type MigrateOptions } from './migrating/migrate.ts';
