import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../packages/persistence/src/embedded.ts';
import { migrate } from '../packages/persistence/src/index.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Port that sends the URL of the PostgreSQL of the test run, which the first connection starts. */
    postgresDoor: number;
  }
}

/** A database with all migrations, which test files copy. */
export const TEMPLATE = 'nooble_template';

let server: Promise<EmbeddedPostgres | undefined> | undefined;
let url: Promise<string> | undefined;
let door: Server;

/** Opens the door: most runs test only files that need no PostgreSQL, and do not start one. */
export async function setup(project: TestProject): Promise<void> {
  door = createServer((socket) => void sendUrl(socket));
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  project.provide('postgresDoor', (door.address() as AddressInfo).port);
}

export async function teardown(): Promise<void> {
  door.close();
  await (await server?.catch(() => undefined))?.stop();
}

async function sendUrl(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  url ??= prepare();
  const reply = await url.then(
    (ready) => ({ url: ready }),
    (error: Error) => ({ error: error.message }),
  );
  socket.end(JSON.stringify(reply));
}

/** Starts a server, unless `NOOBLE_TEST_POSTGRES_URL` is set, and creates the template. */
async function prepare(): Promise<string> {
  const given = process.env['NOOBLE_TEST_POSTGRES_URL'] ?? '';
  server = given === '' ? startServer() : Promise.resolve(undefined);
  const base = (await server)?.url ?? given;
  const { createDatabase, databaseUrl } = await import('../packages/persistence/test/databases.ts');
  await createDatabase(base, { name: TEMPLATE, template: 'template0', replace: true });
  await migrate({ url: databaseUrl(base, TEMPLATE) });
  return base;
}

async function startServer(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    onProgress: (line) => process.stdout.write(`${line}\n`),
    settings: { max_connections: '300' },
  });
}
