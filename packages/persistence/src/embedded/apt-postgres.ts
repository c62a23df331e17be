import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findUnpacked, type Apt, type UnpackedCopy, type UnpackedProgram } from '@nooble/servers';
import type { Finder, PostgresLauncher } from './launcher.ts';
import { launcherOf } from './programs.ts';

const POSTGRES: UnpackedProgram<PostgresLauncher> = {
  name: 'postgres',
  title: 'PostgreSQL',
  packages: serverPackage,
  // Compiles queries; the server loads it only if `jit` is on.
  without: /^libllvm/,
  open: launcherIn,
  readable: true,
};

/** Finds or unpacks a copy of the distribution's package in a cache folder. Returns undefined if there is none. */
export const findAptCopy: Finder = async ({ onProgress }) => findUnpacked(POSTGRES, onProgress);

/** The package `postgresql` depends on that of the version in the distribution. */
async function serverPackage(apt: Apt): Promise<string[]> {
  const names = await apt.dependsOn('postgresql');
  return names.filter((name) => /^postgresql-\d+$/.test(name)).slice(0, 1);
}

async function launcherIn({ folder, env }: UnpackedCopy): Promise<PostgresLauncher | undefined> {
  const versions = join(folder, 'usr/lib/postgresql');
  const [version] = await readdir(versions).catch(() => []);
  if (version === undefined) return undefined;
  const description = `PostgreSQL ${version} of this distribution, unpacked into a cache folder`;
  return launcherOf({ kind: 'apt', folder: join(versions, version, 'bin'), description, env });
}
