import { Client } from 'pg';

/** Row level security with Nooble's tenant of the transaction. A table of an application follows the same pattern. */
const protect = (table: string): string => `
  ALTER TABLE passages.${table} ENABLE ROW LEVEL SECURITY;
  ALTER TABLE passages.${table} FORCE ROW LEVEL SECURITY;
  DROP POLICY IF EXISTS own_tenant ON passages.${table};
  CREATE POLICY own_tenant ON passages.${table} TO nooble_app
    USING (tenant_id = nooble.current_tenant()) WITH CHECK (tenant_id = nooble.current_tenant());
  DROP POLICY IF EXISTS writer ON passages.${table};
  CREATE POLICY writer ON passages.${table} TO nooble_writer USING (true) WITH CHECK (true);
  GRANT SELECT, INSERT, UPDATE, DELETE ON passages.${table} TO nooble_app, nooble_writer;`;

const SCHEMA = `
  CREATE SCHEMA IF NOT EXISTS passages;
  GRANT USAGE ON SCHEMA passages TO nooble_app, nooble_writer;

  CREATE TABLE IF NOT EXISTS passages.collections (
    tenant_id text NOT NULL,
    collection text NOT NULL,
    version bigint NOT NULL,
    model text,
    dimensions integer,
    PRIMARY KEY (tenant_id, collection)
  );
  CREATE TABLE IF NOT EXISTS passages.documents (
    tenant_id text NOT NULL,
    collection text NOT NULL,
    document_id text NOT NULL,
    revision text NOT NULL,
    PRIMARY KEY (tenant_id, collection, document_id)
  );
  CREATE TABLE IF NOT EXISTS passages.passages (
    tenant_id text NOT NULL,
    collection text NOT NULL,
    document_id text NOT NULL,
    number integer NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    vector real[] NOT NULL,
    PRIMARY KEY (tenant_id, collection, document_id, number)
  );
  ${['collections', 'documents', 'passages'].map(protect).join('\n')}`;

/** SQLSTATE of insufficient privileges. */
const FORBIDDEN = '42501';

/**
 * Creates the tables of the passages in a database that has Nooble's schema, and the extension pgvector if the server has it and
 * the user may create it. Services that start together wait for each other. The user of the URL must be allowed to create schemas.
 */
export async function migratePassages(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('passages'))`);
    await client.query(SCHEMA);
    await client.query('COMMIT');
    await createPgvector(client);
  } finally {
    await client.end();
  }
}

/** Without it services search in memory. */
async function createPgvector(client: Client): Promise<void> {
  const text = `SELECT FROM pg_available_extensions WHERE name = 'vector'`;
  const { rowCount } = await client.query(text);
  if (rowCount === 0) return;
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector');
  } catch (error) {
    if ((error as { code?: unknown }).code !== FORBIDDEN) throw error;
  }
}
