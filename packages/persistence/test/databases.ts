import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Client, type ClientBase } from 'pg';
import { inject, onTestFinished } from 'vitest';

/** The name that `scripts/test-postgres.ts` gives to the database with all migrations. */
const TEMPLATE = 'nooble_template';

/** Returns the URL of a new database with all migrations. The test run removes it with its server. */
export async function testDatabase(): Promise<string> {
  return newDatabase(TEMPLATE);
}

/** Returns the URL of a new database without migrations. */
export async function emptyDatabase(): Promise<string> {
  return newDatabase('template0');
}

/** Opens a connection of the superuser for the length of a test. */
export async function openClient(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(async () => client.end());
  return client;
}

export interface DatabaseOptions {
  readonly name: string;
  readonly template: string;
  readonly replace?: boolean;
}

export async function createDatabase(
  base: string,
  { name, template, replace = false }: DatabaseOptions,
): Promise<void> {
  const client = new Client({ connectionString: base });
  await client.connect();
  try {
    if (replace) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await create(client, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await client.end();
  }
}

export function databaseUrl(base: string, name: string): string {
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.href;
}

async function newDatabase(template: string): Promise<string> {
  const base = await serverUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await createDatabase(base, { name, template });
  return databaseUrl(base, name);
}

/** Returns the URL of the server of the test run, which the first caller starts. */
export async function serverUrl(): Promise<string> {
  const reply = await text(connect({ port: inject('postgresDoor'), host: '127.0.0.1' }));
  const { url, error } = JSON.parse(reply) as { url?: string; error?: string };
  if (url === undefined) throw new Error(error);
  return url;
}

/** Another file may be copying the template: PostgreSQL then refuses. */
async function create(client: ClientBase, statement: string): Promise<void> {
  for (;;) {
    try {
      await client.query(statement);
      return;
    } catch (error) {
      if (!/is being accessed by other users/.test((error as Error).message)) throw error;
    }
  }
}
