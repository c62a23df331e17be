import type { Persistence } from '@nooble/persistence';
import type { HttpSettings } from './service-settings.ts';

/** Returns the PostgreSQL of a service, which is connected when it is first used; undefined without `DATABASE_URL`. */
export async function openDatabase({
  databaseUrl: url,
  serviceName: applicationName,
}: Pick<HttpSettings, 'databaseUrl' | 'serviceName'>): Promise<Persistence | undefined> {
  if (url === undefined) return undefined;
  // Only now, because a service without a database does not need the driver.
  const { connect } = await import('@nooble/persistence');
  return connect({ url, applicationName });
}
