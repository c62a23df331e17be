import type { TenantDirectory, TenantEntry } from '@nooble/queue';

/** Returns a directory whose tenants have no limits: for a service that sends actions on behalf of charged ones. */
export function withoutLimits(directory: TenantDirectory): TenantDirectory {
  return {
    async resolve(tenantId): Promise<TenantEntry | undefined> {
      const entry = await directory.resolve(tenantId);
      if (!entry) return undefined;
      const { limits: _, ...uncharged } = entry;
      return uncharged;
    },
  };
}
