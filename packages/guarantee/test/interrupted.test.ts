import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, it, onTestFinished } from 'vitest';
import { untilReady } from '../src/until.ts';

const dist = new URL('../dist/', import.meta.url);

/** A program at work on the Redis of a user, and what it leaves there. */
async function atWork(program: string, args: readonly string[] = []) {
  const redis = await startEmbeddedRedis();
  const pool = new RedisPool({ url: redis.url });
  const folder = mkdtempSync(join(tmpdir(), 'nooble-interrupted-'));
  const command = [fileURLToPath(new URL(program, dist)), '--redis-url', redis.url, '--volatile'];
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [...command, ...args], { env, stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await pool.close();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const actors = (): number =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('/actors/') && line.includes(redis.url)).length;
  await untilReady(
    'actors at work',
    async () => actors() >= 5 && (await pool.command().dbsize()) > 5,
  );
  return { child, actors, keys: async () => pool.command().dbsize(), folder };
}

it.each([
  ['guarantee', 'cli.js', ['--only', 'P1']],
  ['soak', 'soak/cli.js', []],
])(
  'leaves no process, no key and no folder when %s is interrupted',
  async (_name, program, args) => {
    const { child, actors, keys, folder } = await atWork(program, args);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(130);
    await untilReady('every actor to end', async () => actors() === 0);
    expect(await keys()).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  },
  60_000,
);

// Not P1: an actor that is frozen just then can do nothing any more, not even end.
it('leaves no process behind when it is killed', async () => {
  const { child, actors } = await atWork('cli.js', ['--only', 'P2']);
  child.kill('SIGKILL');
  await untilReady('every actor to end', async () => actors() === 0);
}, 60_000);
