import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOurs } from './cache-folders.ts';
import type { RedisLauncher } from './launcher.ts';
import { launcherOf } from './path-redis.ts';
import { outputOf } from './run-program.ts';

/** Library folders in a package; architecture-specific libraries are in a subfolder. */
const LIBRARY_FOLDERS = ['usr/lib', 'lib'];

/**
 * Returns the name of the copy for this distribution release and architecture, because several machines may share a home
 * directory.
 */
export async function copyName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}=["']?([^"'\\n]+)`, 'm').exec(text)?.[1];
  const release = field('VERSION_ID') ?? field('VERSION_CODENAME') ?? 'rolling';
  const name = [field('ID') ?? 'linux', release, process.arch].join('-');
  return `redis-${name.replace(/[^\w.-]/g, '_')}`;
}

/** Returns the copy with that name, or any other copy that starts: one for another release may work, too. */
export async function findCopyBelow(
  folder: string,
  name: string,
): Promise<RedisLauncher | undefined> {
  if (!(await isOurs(folder))) return undefined;
  const names = await readdir(folder).catch(() => []);
  const others = names.filter((each) => each.startsWith('redis-') && each !== name);
  for (const each of [name, ...others]) {
    const launcher = await launcherIn(join(folder, each));
    if (launcher) return launcher;
  }
  return undefined;
}

/** Returns undefined if the folder contains no server, or one that does not start on this machine. */
export async function launcherIn(folder: string): Promise<RedisLauncher | undefined> {
  const program = join(folder, 'usr/bin/redis-server');
  const env = { LD_LIBRARY_PATH: (await librariesIn(folder)).join(':') };
  // Resolve all symbols now: a library of another release may lack one that is needed later.
  const version = await outputOf(program, ['--version'], {
    timeoutMs: 10_000,
    env: { ...env, LD_BIND_NOW: '1' },
  });
  if (!/server v=/i.test(version ?? '')) return undefined;
  const description = 'redis-server of this distribution, unpacked into a cache folder';
  return launcherOf({ kind: 'apt', program, description, env });
}

/** Returns nothing if the machine had all libraries when the copy was unpacked. */
async function librariesIn(folder: string): Promise<string[]> {
  const found = await Promise.all(
    LIBRARY_FOLDERS.map(async (each) => {
      const libraries = join(folder, each);
      const names = await readdir(libraries).catch(() => undefined);
      if (!names) return [];
      const triplets = names.filter((name) => name.includes('-linux-'));
      return [...triplets.map((name) => join(libraries, name)), libraries];
    }),
  );
  return found.flat();
}
