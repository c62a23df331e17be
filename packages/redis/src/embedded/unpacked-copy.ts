import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOurs } from './cache-folders.ts';
import type { RedisLauncher } from './launcher.ts';
import { launcherOf } from './path-redis.ts';
import { outputOf } from './run-program.ts';

/** Where libraries are in a package; those of an architecture are in a folder of their own below it. */
const LIBRARY_FOLDERS = ['usr/lib', 'lib'];

/**
 * Name of the copy for this release of the distribution and this processor: several machines may share
 * a home.
 */
export async function copyName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}=["']?([^"'\\n]+)`, 'm').exec(text)?.[1];
  const release = field('VERSION_ID') ?? field('VERSION_CODENAME') ?? 'rolling';
  const name = [field('ID') ?? 'linux', release, process.arch].join('-');
  return `redis-${name.replace(/[^\w.-]/g, '_')}`;
}

/** The copy of that name, or any other that starts: one of another release may do as well. */
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

/** Undefined where the folder has no server, or one that does not start on this machine. */
export async function launcherIn(folder: string): Promise<RedisLauncher | undefined> {
  const program = join(folder, 'usr/bin/redis-server');
  const env = { LD_LIBRARY_PATH: (await librariesIn(folder)).join(':') };
  // Bound at once: a library of another release may lack a symbol that is needed only later.
  const version = await outputOf(program, ['--version'], {
    timeoutMs: 10_000,
    env: { ...env, LD_BIND_NOW: '1' },
  });
  if (!/server v=/i.test(version ?? '')) return undefined;
  const description = 'redis-server of this distribution, unpacked into a cache folder';
  return launcherOf({ kind: 'apt', program, description, env });
}

/** There are none where the machine had all libraries when the copy was unpacked. */
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
