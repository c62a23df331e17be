import { lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Returns folders for unpacked copies, in order of preference: `$XDG_CACHE_HOME/nooble` or `~/.cache/nooble`, then a
 * temporary folder of this user, in case the home directory does not exist or is read-only.
 */
export function cacheFolders(): string[] {
  const temporary = join(tmpdir(), `nooble-cache-${userId()}`);
  const configured = process.env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(configured)) return [join(configured, 'nooble'), temporary];
  const home = homeOrNone();
  return home === undefined ? [temporary] : [join(home, '.cache', 'nooble'), temporary];
}

/** Creates the folder if it does not exist. Returns false if it cannot be used. */
export async function createFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await isOurs(folder);
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
