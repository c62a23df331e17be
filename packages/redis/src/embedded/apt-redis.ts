import { join } from 'node:path';
import { findUnpacked, outputOf, type UnpackedCopy, type UnpackedProgram } from '@nooble/servers';
import type { Finder, RedisLauncher } from './launcher.ts';
import { launcherOf } from './path-redis.ts';

const REDIS: UnpackedProgram<RedisLauncher> = {
  name: 'redis',
  title: 'Redis',
  // On Debian and Ubuntu the server binary is in redis-tools; redis-server contains a link to it.
  packages: async () => ['redis-server', 'redis-tools'],
  open: launcherIn,
};

/** Finds or unpacks a copy of the distribution's package in a cache folder. Returns undefined if there is none. */
export const findAptCopy: Finder = async ({ onProgress }) => findUnpacked(REDIS, onProgress);

async function launcherIn({ folder, env }: UnpackedCopy): Promise<RedisLauncher | undefined> {
  const program = join(folder, 'usr/bin/redis-server');
  // Resolve all symbols now: a library of another release may lack one that is needed later.
  const version = await outputOf(program, ['--version'], {
    timeoutMs: 10_000,
    env: { ...env, LD_BIND_NOW: '1' },
  });
  if (!/server v=/i.test(version ?? '')) return undefined;
  const description = 'redis-server of this distribution, unpacked into a cache folder';
  return launcherOf({ kind: 'apt', program, description, env });
}
