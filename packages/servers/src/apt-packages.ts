import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf } from './run-program.ts';

/** The packages that the distribution offers. */
export interface Apt {
  /** Returns the names of the packages that one depends on directly; none if it does not exist. */
  dependsOn(this: void, name: string): Promise<readonly string[]>;
}

/** The packages of a program. */
export interface PackageChoice {
  /** Returns the names of the packages; the libraries that they depend on are added. */
  readonly packages: (apt: Apt) => Promise<readonly string[]>;
  /** Libraries that the program does not need. @default none */
  readonly without?: RegExp;
}

/** Downloads packages with the libraries that are missing, and unpacks them into `root` below `work`. Returns false on failure. */
export async function unpackPackages(work: string, choice: PackageChoice): Promise<boolean> {
  if (!(await download(work, choice, [])) && !(await downloadAfresh(work, choice))) return false;
  const archives = (await readdir(work)).filter((name) => name.endsWith('.deb'));
  const root = join(work, 'root');
  const unpacked = await Promise.all(
    archives.map(async (name) => outputOf('dpkg', ['-x', join(work, name), root])),
  );
  return archives.length > 0 && !unpacked.includes(undefined);
}

async function downloadAfresh(work: string, choice: PackageChoice): Promise<boolean> {
  return download(work, choice, await privateLists(work));
}

async function download(
  work: string,
  { packages, without }: PackageChoice,
  lists: readonly string[],
): Promise<boolean> {
  const wanted = await packages({ dependsOn: async (name) => dependencies([name], lists) });
  if (wanted.length === 0) return false;
  const names = [...wanted, ...(await missingLibraries({ wanted, without, lists }))];
  return (await outputOf('apt-get', [...lists, 'download', ...names], { cwd: work })) !== undefined;
}

async function dependencies(
  names: readonly string[],
  lists: readonly string[],
): Promise<readonly string[]> {
  const text = (await outputOf('apt-cache', [...lists, 'depends', ...names])) ?? '';
  return [...text.matchAll(/Depends: ([a-z0-9.+-]+)$/gm)].map(([, name = '']) => name);
}

/** Returns the direct and transitive library dependencies of the packages that are not installed. */
async function missingLibraries({
  wanted,
  without,
  lists,
}: {
  wanted: readonly string[];
  without: RegExp | undefined;
  lists: readonly string[];
}): Promise<ReadonlySet<string>> {
  const status = await outputOf('dpkg-query', ['-W', '-f', '${Package} ${Status}\n']);
  const installed = new Set((status ?? '').split('\n'));
  const missing = new Set<string>();
  let asked = wanted;
  while (asked.length > 0) {
    const named = (await dependencies(asked, lists)).filter((name) => /^(?:lib|lua-)/.test(name));
    asked = named.filter((name) => {
      if (without?.test(name) === true || missing.has(name)) return false;
      if (installed.has(`${name} install ok installed`)) return false;
      missing.add(name);
      return true;
    });
  }
  return missing;
}

/** Returns options for private package lists, for machines with empty lists (most containers). */
async function privateLists(work: string): Promise<string[]> {
  const state = join(work, 'lists');
  await mkdir(join(state, 'partial'), { recursive: true });
  const cache = join(work, 'archives');
  await mkdir(join(cache, 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::Lists=${state}`, '-o', `Dir::Cache=${cache}`];
  await outputOf('apt-get', [...options, 'update'], { timeoutMs: 180_000 });
  return options;
}
