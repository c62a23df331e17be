import { assertTenantId } from '@nooble/models';
import { purgeTenantQueues, type PurgeOptions, type QueuePurge } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import type { Purpose, Sessions } from '../connecting/sessions.ts';
import { markPurged } from './purge-mark.ts';
import { tenantTables, type TenantTable } from './tenant-tables.ts';

/** Options of `purgeTenant`. */
export interface PurgeTenantOptions extends PurgeOptions {
  /** The Redis to purge as well: a `DomainQueueManager`. */
  readonly queues: { readonly redis: RedisPool; readonly prefix: string };
}

/** Everything that was removed, and what a second look found afterwards. */
export interface PurgeReport {
  readonly tenantId: string;
  /** True if the second look found nothing in Redis and PostgreSQL. */
  readonly isComplete: boolean;
  readonly redis: QueuePurge;
  /** Number of deleted rows by table. */
  readonly deleted: Readonly<Record<string, number>>;
  /** Number of rows that the second look found, by table. */
  readonly left: Readonly<Record<string, number>>;
}

/** Rows per statement: a larger one would hold many locks. */
const BATCH = 10_000;

/**
 * Removes a tenant from Redis and PostgreSQL. It is suspended first, so that nothing new is admitted meanwhile. May be repeated, also
 * after an interruption.
 */
export async function purgeTenant(
  sessions: Sessions,
  tenantId: string,
  { queues, ...options }: PurgeTenantOptions,
): Promise<PurgeReport> {
  assertTenantId(tenantId);
  const purpose: Purpose = { role: 'writer', attempted: `purge tenant "${tenantId}"` };
  const suspend = 'UPDATE nooble.tenants SET suspended = true WHERE tenant_id = $1';
  await sessions.rows(purpose, { text: suspend, values: [tenantId] });
  const tables = await tenantTables(sessions, purpose);
  // Before Redis: a relay would admit them.
  const outbox = tables.filter(({ name }) => name === 'outbox');
  const first = await deleteRows(sessions, { tables: outbox, tenantId, purpose });
  const redis = await purgeTenantQueues(queues, tenantId, options);
  const { purgedMs } = redis;
  if (purgedMs > 0) await markPurged(sessions, purpose, { tenantId, purgedMs });
  const deleted = { ...(await deleteRows(sessions, { tables, tenantId, purpose })) };
  for (const [name, count] of Object.entries(first)) deleted[name] = (deleted[name] ?? 0) + count;
  const left = await countRows(sessions, { tables, tenantId, purpose });
  const found = [...Object.values(left), ...Object.values(redis.left)];
  return { tenantId, isComplete: found.every((count) => count === 0), redis, deleted, left };
}

interface Chosen {
  readonly tables: readonly TenantTable[];
  readonly tenantId: string;
  readonly purpose: Purpose;
}

async function deleteRows(
  sessions: Sessions,
  { tables, tenantId, purpose }: Chosen,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, quoted } of tables) {
    // Rows of a partitioned table are unique only with their partition.
    const text = `WITH gone AS (
      DELETE FROM ${quoted} WHERE tenant_id = $1 AND (tableoid, ctid) IN (
        SELECT tableoid, ctid FROM ${quoted} WHERE tenant_id = $1 LIMIT ${BATCH}) RETURNING 1)
      SELECT count(*)::int AS count FROM gone`;
    let count: number;
    do {
      const [row] = await sessions.rows<{ count: number }>(purpose, { text, values: [tenantId] });
      count = row?.count ?? 0;
      counts[name] = (counts[name] ?? 0) + count;
    } while (count === BATCH);
  }
  return counts;
}

async function countRows(
  sessions: Sessions,
  { tables, tenantId, purpose }: Chosen,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, quoted } of tables) {
    const text = `SELECT count(*)::int AS count FROM ${quoted} WHERE tenant_id = $1`;
    const [row] = await sessions.rows<{ count: number }>(purpose, { text, values: [tenantId] });
    counts[name] = row?.count ?? 0;
  }
  return counts;
}
