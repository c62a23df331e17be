import { chmod, lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Mode of a folder that only this user may read, and of one that all users may read. */
const MODES = { own: 0o700, readable: 0o755 };

/** A place for unpacked copies. */
export interface CacheFolder {
  readonly path: string;
  readonly mode: number;
}

/**
 * Returns folders for unpacked copies, in order of preference: `$XDG_CACHE_HOME/nooble` or `~/.cache/nooble`, then a
 * temporary folder of this user, in case the home directory does not exist or is read-only. With `readable`, and for root,
 * folders that another user can read, because root's home directory is closed.
 */
export function cacheFolders(readable = false): CacheFolder[] {
  if (readable && process.getuid?.() === 0) return foldersOfRoot();
  const temporary = own(join(tmpdir(), `nooble-cache-${userId()}`));
  const configured = process.env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(configured)) return [own(join(configured, 'nooble')), temporary];
  const home = homeOrNone();
  return home === undefined ? [temporary] : [own(join(home, '.cache', 'nooble')), temporary];
}

function own(path: string): CacheFolder {
  return { path, mode: MODES.own };
}

function foldersOfRoot(): CacheFolder[] {
  const temporary = join(tmpdir(), 'nooble-cache-readable');
  return ['/var/cache/nooble', temporary].map((path) => ({ path, mode: MODES.readable }));
}

/** Creates the folder if it does not exist. Returns false if it cannot be used. */
export async function createFolder({ path, mode }: CacheFolder): Promise<boolean> {
  try {
    // The umask of the process may have removed permissions.
    if ((await mkdir(path, { recursive: true, mode })) !== undefined) await chmod(path, mode);
    return await isOurs(path);
  } catch {
    return false;
  }
}

/** Returns true if this user owns the folder: any user could place a folder with any program in the temporary folder. */
export async function isOurs(folder: string): Promise<boolean> {
  return lstat(folder).then(
    ({ uid }) => process.getuid === undefined || uid === process.getuid(),
    () => false,
  );
}

function homeOrNone(): string | undefined {
  try {
    const home = homedir();
    return home === '/' || !isAbsolute(home) ? undefined : home;
  } catch {
    return undefined;
  }
}

function userId(): string {
  if (process.getuid) return String(process.getuid());
  return userInfo().username;
}
