import { chmod, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages, type PackageChoice } from './apt-packages.ts';
import { cacheFolders, createFolder, type CacheFolder } from './cache-folders.ts';
import { outputOf } from './run-program.ts';
import { copyName, openCopy, openCopyBelow, type OpenCopy } from './unpacked-copy.ts';

const WORK = 'unpacking-';
/** Age (ms) from which an unpacking folder is considered abandoned. */
const STALE_MS = 3_600_000;

/** A program of the distribution that runs from an unpacked copy of its packages. */
export interface UnpackedProgram<Found> extends PackageChoice {
  /** First part of the names of its copies, as in `redis-debian-12-x64`. */
  readonly name: string;
  /** Its name in progress lines. */
  readonly title: string;
  readonly open: OpenCopy<Found>;
  /** True if root starts it as another user, who must be able to read the copy. @default false */
  readonly readable?: boolean;
}

/**
 * Finds a copy of a program in a cache folder, or unpacks the packages of the distribution into one; installs nothing and needs
 * no root permissions. Returns undefined if `apt-get` does not exist, finds no package, or the program does not start.
 */
export async function findUnpacked<Found>(
  program: UnpackedProgram<Found>,
  onProgress: (line: string) => void,
): Promise<Found | undefined> {
  const folders = cacheFolders(program.readable);
  for (const { path } of folders) {
    const cached = await openCopyBelow(path, program.name, program.open);
    if (cached !== undefined) return cached;
  }
  if ((await outputOf('apt-get', ['--version'])) === undefined) return undefined;
  const { title } = program;
  onProgress(`No ${title} on the PATH: unpacking the one of this distribution into a cache folder`);
  for (const folder of folders) {
    if (!(await createFolder(folder))) continue;
    const found = await unpackInto(folder, program).catch((error: Error) =>
      onProgress(`Cannot unpack ${title} into "${folder.path}": ${error.message}`),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Unpacks into a temporary folder and renames it, so that an interruption never leaves a partial copy. */
async function unpackInto<Found>(
  { path, mode }: CacheFolder,
  program: UnpackedProgram<Found>,
): Promise<Found> {
  await removeStale(path);
  const work = await mkdtemp(join(path, WORK));
  try {
    await chmod(work, mode);
    if (!(await unpackPackages(work, program)))
      throw new Error('its packages cannot be downloaded');
    if (!(await openCopy(join(work, 'root'), program.open)))
      throw new Error('its server does not start');
    const target = join(path, await copyName(program.name));
    // Another process may have finished first; its copy may already be in use.
    if (!(await openCopy(target, program.open))) {
      await rename(target, join(work, 'broken')).catch(() => undefined);
      await rename(join(work, 'root'), target).catch(() => undefined);
    }
    const found = await openCopy(target, program.open);
    if (found === undefined) throw new Error(`"${target}" cannot be replaced`);
    return found;
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
