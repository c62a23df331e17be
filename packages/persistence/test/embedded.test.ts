import { stat } from 'node:fs/promises';
import { Client } from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startEmbeddedPostgres } from '../src/embedded.ts';
import { openClient } from './databases.ts';

it('starts several servers at once, each for its password only, never as root, and removes their data', async () => {
  const servers = await Promise.all([startEmbeddedPostgres(), startEmbeddedPostgres()]);
  const [first, second] = servers;
  expect(first?.url).not.toBe(second?.url);
  const client = await openClient(first?.url ?? '');
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const directory = rows[0]?.data_directory ?? '';
  expect((await stat(directory)).uid).toBe((await stat(`${directory}/PG_VERSION`)).uid);
  expect((await stat(directory)).uid).not.toBe(0);
  const stranger = new Client({
    connectionString: (first?.url ?? '').replace(/:[^:@]+@/, ':wrong@'),
  });
  await expect(stranger.connect()).rejects.toThrow('password authentication failed');
  await Promise.all(servers.map(async (server) => server.stop()));
  await expect(stat(directory)).rejects.toThrow('ENOENT');
});

it('keeps what was committed when it is killed, if it is durable', async () => {
  const server = await startEmbeddedPostgres({ durable: true });
  onTestFinished(async () => server.stop());
  const client = new Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('CREATE TABLE kept AS SELECT 1 AS value');
  await server.kill();
  await server.restart();
  const again = await openClient(server.url);
  expect((await again.query('SELECT value FROM kept')).rows).toEqual([{ value: 1 }]);
});

it('explains how to get a PostgreSQL if there is none, and refuses invalid options', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(startEmbeddedPostgres({ kind: 'docker' })).rejects.toThrow(
    /none found of kind "docker".*apt-get install postgresql/s,
  );
  vi.stubEnv('NOOBLE_POSTGRES_KIND', 'floppy');
  await expect(startEmbeddedPostgres()).rejects.toThrow('Unknown NOOBLE_POSTGRES_KIND "floppy"');
  await expect(startEmbeddedPostgres({ port: 0 })).rejects.toThrow(RangeError);
});
