import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findOnPath } from '@nooble/servers';
import type { Finder } from './launcher.ts';
import { launcherOf } from './programs.ts';

/** Folder in which Debian installs a folder per version, outside the PATH. */
const VERSIONS = '/usr/lib/postgresql';

/** Returns a launcher for an installed server. */
export const findInstalled: Finder = async () => {
  const program = await findOnPath(['postgres'], await versionFolders());
  if (program === undefined) return undefined;
  // The PATH may contain a link to it; the other programs are beside its target.
  const folder = dirname(await realpath(program));
  return launcherOf({ kind: 'path', folder, description: join(folder, 'postgres') });
};

async function versionFolders(): Promise<string[]> {
  const versions = await readdir(VERSIONS).catch(() => []);
  return versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'));
}
