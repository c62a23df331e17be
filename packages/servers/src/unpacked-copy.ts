import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOurs } from './cache-folders.ts';

/** Library folders in a package; architecture-specific libraries are in a subfolder. */
const LIBRARY_FOLDERS = ['usr/lib', 'lib'];

/** A folder into which the packages of a program were unpacked. */
export interface UnpackedCopy {
  readonly folder: string;
  /** Environment variables with which its programs find the libraries in the copy. */
  readonly env: { readonly LD_LIBRARY_PATH: string };
}

/** Opens a copy. Returns undefined if it contains no program, or one that does not start on this machine. */
export type OpenCopy<Found> = (copy: UnpackedCopy) => Promise<Found | undefined>;

/**
 * Returns the name of the copy for this distribution release and architecture, because several machines may share a home
 * directory.
 */
export async function copyName(program: string): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}=["']?([^"'\\n]+)`, 'm').exec(text)?.[1];
  const release = field('VERSION_ID') ?? field('VERSION_CODENAME') ?? 'rolling';
  const name = [field('ID') ?? 'linux', release, process.arch].join('-');
  return `${program}-${name.replace(/[^\w.-]/g, '_')}`;
}

/** Opens the copy for this release, or any other copy that starts: one for another release may work, too. */
export async function openCopyBelow<Found>(
  folder: string,
  program: string,
  open: OpenCopy<Found>,
): Promise<Found | undefined> {
  if (!(await isOurs(folder))) return undefined;
  const name = await copyName(program);
  const names = await readdir(folder).catch(() => []);
  const others = names.filter((each) => each.startsWith(`${program}-`) && each !== name);
  for (const each of [name, ...others]) {
    const found = await openCopy(join(folder, each), open);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Opens the copy in a folder. */
export async function openCopy<Found>(
  folder: string,
  open: OpenCopy<Found>,
): Promise<Found | undefined> {
  return open({ folder, env: { LD_LIBRARY_PATH: (await librariesIn(folder)).join(':') } });
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
