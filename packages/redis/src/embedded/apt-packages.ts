import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf } from './run-program.ts';

/** On Debian and Ubuntu the server binary is in redis-tools; redis-server contains a link to it. */
const PACKAGES = ['redis-server', 'redis-tools'];

/** Downloads Redis and its dependencies, and unpacks them into `root` below `work`. Returns false on failure. */
export async function unpackPackages(work: string): Promise<boolean> {
  if (!(await download(work, [])) && !(await download(work, await privateLists(work))))
    return false;
  const archives = (await readdir(work)).filter((name) => name.endsWith('.deb'));
  const root = join(work, 'root');
  const unpacked = await Promise.all(
    archives.map(async (name) => outputOf('dpkg', ['-x', join(work, name), root])),
  );
  return archives.length > 0 && !unpacked.includes(undefined);
}

async function download(work: string, lists: readonly string[]): Promise<boolean> {
  const names = [...PACKAGES, ...(await missingLibraries(lists))];
  return (await outputOf('apt-get', [...lists, 'download', ...names], { cwd: work })) !== undefined;
}

/** Returns the direct and transitive library dependencies of the packages that are not installed. */
async function missingLibraries(lists: readonly string[]): Promise<ReadonlySet<string>> {
  const status = await outputOf('dpkg-query', ['-W', '-f', '${Package} ${Status}\n']);
  const installed = new Set((status ?? '').split('\n'));
  const missing = new Set<string>();
  let asked = PACKAGES;
  while (asked.length > 0) {
    const depends = (await outputOf('apt-cache', [...lists, 'depends', ...asked])) ?? '';
    const named = [...depends.matchAll(/Depends: ((?:lib|lua-)[a-z0-9.+-]+)$/gm)];
    asked = named.flatMap(([, name = '']) => {
      if (missing.has(name) || installed.has(`${name} install ok installed`)) return [];
      missing.add(name);
      return [name];
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
