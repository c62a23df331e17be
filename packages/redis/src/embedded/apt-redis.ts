import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from './apt-packages.ts';
import { cacheFolders, createFolder } from './cache-folders.ts';
import type { Finder, RedisLauncher } from './launcher.ts';
import { outputOf } from './run-program.ts';
import { copyName, findCopyBelow, launcherIn } from './unpacked-copy.ts';

const WORK = 'unpacking-';
/** Age (ms) from which an unpacking folder is considered abandoned. */
const STALE_MS = 3_600_000;

/**
 * Finds or unpacks a copy of the distribution's package in a cache folder; installs nothing and needs no root
 * permissions. Returns undefined if `apt-get` does not exist, finds no package, or the server does not start.
 */
export const findAptCopy: Finder = async ({ onProgress }) => {
  const name = await copyName();
  for (const folder of cacheFolders()) {
    const cached = await findCopyBelow(folder, name);
    if (cached) return cached;
  }
  if ((await outputOf('apt-get', ['--version'])) === undefined) return undefined;
  onProgress('No Redis on the PATH: unpacking the one of this distribution into a cache folder');
  for (const folder of cacheFolders()) {
    if (!(await createFolder(folder))) continue;
    const launcher = await unpackInto(folder, name).catch((error: Error) =>
      onProgress(`Cannot unpack a Redis into "${folder}": ${error.message}`),
    );
    if (launcher) return launcher;
  }
  return undefined;
};

/** Unpacks into a temporary folder and renames it, so that an interruption never leaves a partial copy. */
async function unpackInto(folder: string, name: string): Promise<RedisLauncher> {
  await removeStale(folder);
  const work = await mkdtemp(join(folder, WORK));
  try {
    if (!(await unpackPackages(work))) throw new Error('its package cannot be downloaded');
    if (!(await launcherIn(join(work, 'root')))) throw new Error('its server does not start');
    const target = join(folder, name);
    // Another process may have finished first; its copy may already be in use.
    if (!(await launcherIn(target))) {
      await rename(target, join(work, 'broken')).catch(() => undefined);
      await rename(join(work, 'root'), target).catch(() => undefined);
    }
    const launcher = await launcherIn(target);
    if (!launcher) throw new Error(`"${target}" cannot be replaced`);
    return launcher;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Removes folders left behind by processes that were killed while unpacking. */
async function removeStale(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(WORK));
  for (const path of names.map((name) => join(folder, name))) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
