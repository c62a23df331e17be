import { lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Folders that copies may be kept in, the best first: `$XDG_CACHE_HOME/nooble` or `~/.cache/nooble`, and a
 * temporary one of this user for a home that does not exist or is read-only.
 */
export function cacheFolders(): string[] {
  const temporary = join(tmpdir(), `nooble-cache-${userId()}`);
  const configured = process.env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(configured)) return [join(configured, 'nooble'), temporary];
  const home = homeOrNone();
  return home === undefined ? [temporary] : [join(home, '.cache', 'nooble'), temporary];
}

/** Creates the folder where it is missing. False where nothing can be kept in it. */
export async function createFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await isOurs(folder);
  } catch {
    return false;
  }
}

/** Whether this user created the folder: anybody can create one in the temporary folder, with any program in it. */
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
