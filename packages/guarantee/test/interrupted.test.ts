import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, it, onTestFinished } from 'vitest';
import { untilReady } from '../src/schedule/until.ts';
import { useBundle } from './bundle.ts';

const pathOf = useBundle({ isBreakable: false });

/** Starts the command on the Redis of a user, and returns functions that count its processes and keys. */
async function startCommand(name: 'guarantee' | 'soak', args: readonly string[] = []) {
  const redis = await startEmbeddedRedis();
  const pool = new RedisPool({ url: redis.url });
  const folder = mkdtempSync(join(tmpdir(), 'nooble-interrupted-'));
  const command = [pathOf(name), '--redis-url', redis.url, '--volatile'];
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [...command, ...args], { env, stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await pool.close();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const programs = (): number =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('/programs/') && line.includes(redis.url)).length;
  await untilReady(
    'programs to run',
    async () => (await pool.command().dbsize()) > 5 && programs() >= 5,
  );
  return { child, programs, keys: async () => pool.command().dbsize(), folder };
}

it.each([
  ['guarantee', ['--only', 'P1']],
  ['soak', []],
] as const)(
  'leaves no process, no key and no folder when %s is interrupted',
  async (name, args) => {
    const { child, programs, keys, folder } = await startCommand(name, args);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(130);
    await untilReady('every program to end', async () => programs() === 0);
    expect(await keys()).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  },
  60_000,
);

// Not P1: a process that is frozen at that moment cannot exit.
it('leaves no process behind when it is killed', async () => {
  const { child, programs } = await startCommand('guarantee', ['--only', 'P2']);
  child.kill('SIGKILL');
  await untilReady('every program to end', async () => programs() === 0);
}, 60_000);
