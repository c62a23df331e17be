import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finder, RedisLauncher } from './launcher.ts';
import { launcherOf } from './path-redis.ts';
import { outputOf } from './run-program.ts';

/** The server itself is in redis-tools on Debian and Ubuntu; redis-server is a link to it. */
const PACKAGES = ['redis-server', 'redis-tools'];

/**
 * A copy unpacked from the distribution's own package into a cache folder: nothing is installed, and
 * no rights are needed. Undefined where `apt-get` does not exist or finds no package.
 */
export const findAptCopy: Finder = async ({ onProgress }) => {
  const folder = join(cacheFolder(), `redis-${process.arch}`);
  const cached = await launcherIn(folder);
  if (cached) return cached;
  if ((await outputOf('apt-get', ['--version'])) === undefined) return undefined;
  onProgress('No Redis on the PATH: unpacking the one of this distribution into a cache folder');
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), 'unpacking-'));
  try {
    if (!(await unpackPackages(work))) return undefined;
    await rename(join(work, 'root'), folder).catch(() => undefined);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return launcherIn(folder);
};

/** `$XDG_CACHE_HOME/nooble`, `~/.cache/nooble`, or a temporary folder for a user without a home. */
function cacheFolder(): string {
  const home = homedir();
  const base = process.env['XDG_CACHE_HOME'] ?? (home === '/' ? tmpdir() : join(home, '.cache'));
  return join(base, 'nooble');
}

async function launcherIn(folder: string): Promise<RedisLauncher | undefined> {
  const program = join(folder, 'usr/bin/redis-server');
  try {
    await access(program);
  } catch {
    return undefined;
  }
  const libraries = join(folder, 'usr/lib');
  const triplets = (await readdir(libraries)).filter((name) => name.includes('-linux-'));
  const paths = [...triplets.map((name) => join(libraries, name)), libraries];
  const env = { LD_LIBRARY_PATH: paths.join(':') };
  const description = 'redis-server of this distribution, unpacked into a cache folder';
  return launcherOf({ kind: 'apt', program, description, env });
}

async function unpackPackages(work: string): Promise<boolean> {
  for (const lists of [[], await privateLists(work)]) {
    const libraries = await missingLibraries(lists);
    const download = [...lists, 'download', ...PACKAGES, ...libraries];
    if ((await outputOf('apt-get', download, { cwd: work })) === undefined) continue;
    const archives = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    const root = join(work, 'root');
    const unpacked = await Promise.all(
      archives.map(async (name) => outputOf('dpkg', ['-x', join(work, name), root])),
    );
    return archives.length > 0 && !unpacked.includes(undefined);
  }
  return false;
}

/** Libraries of the packages that this machine does not have. */
async function missingLibraries(lists: readonly string[]): Promise<string[]> {
  const depends = await outputOf('apt-cache', [...lists, 'depends', ...PACKAGES]);
  const named = [...(depends ?? '').matchAll(/Depends: ((?:lib|lua-)[a-z0-9.+-]+)$/gm)].map(
    ([, name = '']) => name,
  );
  const installed = (await outputOf('dpkg-query', ['-W', '-f', '${Package} ${Status}\n'])) ?? '';
  return [...new Set(named)].filter((name) => !installed.includes(`${name} install ok installed`));
}

/** Options for package lists of our own, for machines (most containers) whose lists are empty. */
async function privateLists(work: string): Promise<string[]> {
  const state = join(work, 'lists');
  await mkdir(join(state, 'partial'), { recursive: true });
  const cache = join(work, 'archives');
  await mkdir(join(cache, 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::Lists=${state}`, '-o', `Dir::Cache=${cache}`];
  await outputOf('apt-get', [...options, 'update'], { timeoutMs: 180_000 });
  return options;
}
