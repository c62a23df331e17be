import { ask } from '../protocol/calling.ts';
import { readTenantStats, tenantStatsCall } from '../protocol/operations/tenant-stats.ts';
import { listSchedules } from '../scheduling/stored-schedules.ts';
import type { TenancyParts } from './parts.ts';
import { tenantEndings } from './tenant-endings.ts';
import { keysOfTenant } from './tenant-keys.ts';

/** Data of one tenant in Redis, counted. */
export interface TenantRemains {
  /** Waiting, delayed, blocked and running actions. */
  readonly actions: number;
  readonly deadLetters: number;
  readonly schedules: number;
  /** Endings that no recorder has stored. */
  readonly endings: number;
  /** Keys of the tenant: of queues, limits, idempotency, kept endings and streams. */
  readonly keys: number;
}

/** Counts the data of a tenant in these domains. */
export async function countRemains(
  parts: TenancyParts,
  tenantId: string,
  domains: readonly string[],
): Promise<TenantRemains> {
  const counts = { actions: 0, deadLetters: 0, schedules: 0, endings: 0, keys: 0 };
  for (const domain of domains) {
    const keyspace = (await parts.partitions.lookAgain(domain)).of(tenantId);
    const attempted = `count the actions of tenant "${tenantId}" in ${keyspace.title}`;
    const call = tenantStatsCall(keyspace, tenantId);
    const { depth, active, dead } = readTenantStats(await ask(parts.redis, call, attempted));
    counts.actions += depth + active;
    counts.deadLetters += dead;
    counts.schedules += (await listSchedules(parts, domain, tenantId)).length;
    const pages = tenantEndings(parts, { domain, tenantId }, 'read');
    for await (const { count } of pages) counts.endings += count;
  }
  for await (const keys of keysOfTenant(parts, tenantId)) counts.keys += keys.length;
  return counts;
}
