import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { findRedis, startEmbeddedRedis } from '../src/embedded.ts';
import { freePort } from '@nooble/servers';
import { RedisPool } from '../src/pool.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nooble-test-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

function clientOf(url: string): ReturnType<RedisPool['command']> {
  const pool = new RedisPool({ url });
  onTestFinished(async () => pool.close(100));
  return pool.command();
}

it('uses no occupied port, nor one that an outgoing connection could take', async () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.25);
  onTestFinished(() => random.mockRestore());
  const port = await freePort();
  expect(port).toBeLessThan(32_768 - 10_000);
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  random.mockReturnValueOnce(0.25).mockReturnValueOnce(0.5);
  expect(await freePort()).not.toBe(port);
});

it('keeps what it acknowledged across a kill when it is durable', async () => {
  const redis = await startEmbeddedRedis({ durable: true });
  onTestFinished(async () => redis.stop());
  await clientOf(redis.url).set('k', 'kept');
  await redis.kill();
  await redis.restart();
  expect(await clientOf(redis.url).get('k')).toBe('kept');
});

it('takes further settings and listens on loopback only', async () => {
  const redis = await startEmbeddedRedis({ settings: ['--maxmemory', '5mb'] });
  onTestFinished(async () => redis.stop());
  const client = clientOf(redis.url);
  expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(5 * 1024 * 1024)]);
  expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
});

it('reports the output of a server that does not start, and leaves no folder', async () => {
  const folder = await temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(startEmbeddedRedis({ settings: ['--no-such-setting', '1'] })).rejects.toThrow(
    /Cannot start[^]*no-such-setting/,
  );
  expect(await readdir(folder)).toEqual([]);
});

it('serves scripts and blocking reads from JavaScript where that is allowed', async () => {
  const redis = await startEmbeddedRedis({ kind: 'javascript' });
  onTestFinished(async () => redis.stop());
  expect(redis.description).toContain('demonstration');
  const client = clientOf(redis.url);
  expect(await client.eval('return redis.call("RPUSH", KEYS[1], "a")', 1, 'list')).toBe(1);
  expect(await client.blpop('list', 1)).toEqual(['list', 'a']);
});

it('finds the program on the PATH first', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'redis-server'), '#!/bin/sh\nexit 3\n');
  await chmod(join(folder, 'redis-server'), 0o755);
  vi.stubEnv('PATH', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('NOOBLE_REDIS_KIND', '');
  expect(await findRedis()).toMatchObject({
    kind: 'path',
    description: join(folder, 'redis-server'),
  });
  await expect(startEmbeddedRedis()).rejects.toThrow('exited with code 3');
});

it('runs a container where Docker answers, and removes it when killed', async () => {
  const real = await findRedis();
  const folder = await temporaryFolder();
  const log = join(folder, 'calls');
  const docker = `#!/bin/sh
echo "$1" >> ${log}
[ "$1" = info ] && echo 27.0
[ "$1" = run ] && exec sleep 60
exit 0`;
  await writeFile(join(folder, 'docker'), docker);
  await chmod(join(folder, 'docker'), 0o755);
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const launcher = await findRedis({ kind: 'docker' });
  expect(launcher.description).toContain('Docker');
  // The container's published port is played by a real server on the same port.
  const port = await freePort();
  const server = await real.start({ port, directory: folder, settings: [] });
  onTestFinished(async () => server.stop());
  const running = await launcher.start({ port, directory: folder, settings: [] });
  await expect.poll(async () => readFile(log, 'utf8')).toContain('run');
  await running.kill();
  expect((await readFile(log, 'utf8')).split('\n')).toEqual(['info', 'run', 'kill', '']);
});

it('explains how to get a Redis if there is none', async () => {
  vi.stubEnv('PATH', '');
  const folder = await temporaryFolder();
  vi.stubEnv('XDG_CACHE_HOME', folder);
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('NOOBLE_REDIS_KIND', '');
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(findRedis()).rejects.toThrow(/none found[^]*apt-get install redis-server/);
  expect(await findRedis({ allowJavaScript: true })).toMatchObject({ kind: 'javascript' });
  vi.stubEnv('NOOBLE_REDIS_KIND', 'nonsense');
  await expect(findRedis()).rejects.toThrow('Unknown NOOBLE_REDIS_KIND');
});
