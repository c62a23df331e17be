import type { Purpose, Sessions } from '../connecting/sessions.ts';

/** Number of days for which a purge is remembered: longer than any recorder may hold endings that it has received. */
const REMEMBERED_DAYS = 7;

/** Returns the SQL condition that is true for an ending which the purge of its tenant has to remove. */
export function isPurged(tenantId: string, endedAt: string): string {
  return `EXISTS (SELECT FROM nooble.purges AS purge
    WHERE purge.tenant_hash = ${hashOf(tenantId)} AND ${endedAt} <= purge.purged_at)`;
}

/**
 * Makes recorders drop the endings of a tenant that ended up to this time, also those that they have received already. Returns
 * once no statement runs that does not know of it.
 */
export async function markPurged(
  sessions: Sessions,
  purpose: Purpose,
  { tenantId, purgedMs }: { readonly tenantId: string; readonly purgedMs: number },
): Promise<void> {
  await sessions.rows(purpose, {
    text: `INSERT INTO nooble.purges AS kept (tenant_hash, purged_at)
      VALUES (${hashOf('$1')}, to_timestamp($2 / 1000.0))
      ON CONFLICT (tenant_hash) DO UPDATE
        SET purged_at = greatest(kept.purged_at, excluded.purged_at), recorded_at = now()`,
    values: [tenantId, purgedMs],
  });
  await sessions.transaction(purpose, async (transaction) => {
    // A statement that inserts holds a lock before it takes its snapshot.
    const text = 'LOCK TABLE nooble.endings, nooble.refused_endings IN SHARE ROW EXCLUSIVE MODE';
    await transaction.rows({ text });
  });
}

/** Forgets old purges. */
export async function forgetPurges(sessions: Sessions): Promise<void> {
  await sessions.rows(
    { role: 'writer', attempted: 'forget old purges' },
    {
      text: 'DELETE FROM nooble.purges WHERE recorded_at < now() - make_interval(days => $1)',
      values: [REMEMBERED_DAYS],
    },
  );
}

function hashOf(tenantId: string): string {
  return `sha256(convert_to(${tenantId}, 'UTF8'))`;
}
