import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from './apt-packages.ts';
import { cacheFolders, createFolder } from './cache-folders.ts';
import type { Finder, RedisLauncher } from './launcher.ts';
import { outputOf } from './run-program.ts';
import { copyName, findCopyBelow, launcherIn } from './unpacked-copy.ts';

const WORK = 'unpacking-';
/** Longer than any unpacking takes (ms). */
const STALE_MS = 3_600_000;

/**
 * A copy unpacked from the distribution's own package into a cache folder: nothing is installed, and
 * no rights are needed. Undefined where `apt-get` does not exist, finds no package, or none that starts.
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

/** Unpacks beside the final place and moves the whole: an interruption leaves no half of a copy. */
async function unpackInto(folder: string, name: string): Promise<RedisLauncher> {
  await removeStale(folder);
  const work = await mkdtemp(join(folder, WORK));
  try {
    if (!(await unpackPackages(work))) throw new Error('its package cannot be downloaded');
    if (!(await launcherIn(join(work, 'root')))) throw new Error('its server does not start');
    const target = join(folder, name);
    // Another process may have been quicker, with a copy that is in use by now.
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

/** Removes what processes left behind that were killed while they unpacked. */
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
