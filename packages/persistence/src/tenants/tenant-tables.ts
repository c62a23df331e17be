import type { Purpose, Sessions } from '../connecting/sessions.ts';

/** A table of the schema with a column `tenant_id`. */
export interface TenantTable {
  readonly name: string;
  /** Quoted by PostgreSQL. */
  readonly quoted: string;
}

/** Without partitions, whose rows belong to their table, and the tenants themselves last: others may refer to them. */
const TABLES = `
  SELECT c.relname AS name, format('%I.%I', 'nooble', c.relname) AS quoted
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'nooble'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attname = 'tenant_id' AND NOT a.attisdropped
  ORDER BY c.relname = 'tenants', c.relname`;

/** Returns all tables with rows of tenants, in the order in which they can be emptied. */
export async function tenantTables(sessions: Sessions, purpose: Purpose): Promise<TenantTable[]> {
  const rows = await sessions.rows<{ name: string; quoted: string }>(purpose, { text: TABLES });
  return rows.map(({ name, quoted }) => ({ name, quoted }));
}
