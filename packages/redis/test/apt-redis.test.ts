import {
  access,
  chmod,
  mkdir,
  readdir,
  readFile,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { findAptCopy } from '../src/embedded/apt-redis.ts';
import { copyName } from '@nooble/servers';
import { temporaryFolder } from './servers.ts';

/** A fake machine with its own programs, downloads and cache folders. */
interface Machine {
  readonly folder: string;
  /** Preferred folder for copies. */
  readonly cache: string;
  /** Fallback folder for copies. */
  readonly fallback: string;
  /** Downloaded packages, one line per download. */
  readonly downloads: () => Promise<string[]>;
}

const SERVER = '#!/bin/sh\necho "Redis server v=7.0.15 sha=00000000:0"\n';
const NONE = '#!/bin/sh\nexit 127\n';

/** Fakes apt: a package is a file that lists its contents, which `dpkg -x` creates. */
async function openMachine({
  server = SERVER,
  installed = '',
}: { server?: string; installed?: string } = {}): Promise<Machine> {
  const folder = await temporaryFolder();
  const [bin, cache] = [join(folder, 'bin'), join(folder, 'cache', 'nooble')];
  await mkdir(bin);
  const log = join(folder, 'downloads');
  await writeFile(log, '');
  await writeFile(join(folder, 'server'), server, { mode: 0o755 });
  await writeFile(join(folder, 'installed'), installed);
  const programs = {
    'apt-get': `[ "$1" = download ] || exit 0
      shift; echo "$*" >> ${log}; for each; do echo "$each" > "$each.deb"; done`,
    'apt-cache': `shift; for each; do case $each in
      redis-tools) echo "  Depends: libc6"; echo "  Depends: liblzf1" ;;
      liblzf1) echo "  Depends: libdeep2"; echo "  Depends: libc6" ;; esac; done`,
    'dpkg-query': `cat ${folder}/installed; echo "libc6 install ok installed"`,
    dpkg: `mkdir -p $3/usr/bin; case $(cat $2) in
      redis-server) ln -s redis-check-rdb $3/usr/bin/redis-server ;;
      redis-tools) cp ${folder}/server $3/usr/bin/redis-check-rdb ;;
      lib*) mkdir -p $3/usr/lib/x86_64-linux-gnu ;; esac`,
  };
  for (const [name, script] of Object.entries(programs)) {
    const text = `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`;
    await writeFile(join(bin, name), text, { mode: 0o755 });
  }
  vi.stubEnv('PATH', bin);
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const fallback = join(folder, `nooble-cache-${process.getuid?.()}`);
  const lines = async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
  return { folder, cache, fallback, downloads: lines };
}

async function find(): Promise<{ kind: string | undefined; progress: string[] }> {
  const progress: string[] = [];
  const launcher = await findAptCopy({ onProgress: (line) => void progress.push(line) });
  return { kind: launcher?.kind, progress };
}

/** Creates a cached server as left by an earlier run. */
async function keepCopy(cache: string, name: string, server: string): Promise<void> {
  const folder = join(cache, name, 'usr/bin');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'redis-server'), server, { mode: 0o755 });
}

it('unpacks Redis and the libraries that are missing, and finds the copy the next time', async () => {
  const { cache, downloads } = await openMachine();
  expect(await find()).toMatchObject({ kind: 'apt', progress: [expect.any(String)] });
  expect(await find()).toEqual({ kind: 'apt', progress: [] });
  expect(await downloads()).toEqual(['redis-server redis-tools liblzf1 libdeep2']);
  expect(await readdir(cache)).toEqual([await copyName('redis')]);
});

it('needs no libraries in the copy where the machine has them, or has redis-tools', async () => {
  const names = ['redis-tools', 'liblzf1', 'libdeep2'];
  const installed = names.map((name) => `${name} install ok installed\n`).join('');
  const { cache, downloads } = await openMachine({ installed });
  expect(await find()).toMatchObject({ kind: 'apt' });
  expect(await downloads()).toEqual(['redis-server redis-tools']);
  expect(await readdir(join(cache, await copyName('redis'), 'usr'))).toEqual(['bin']);
});

it('unpacks a library whose name is only the end of an installed one', async () => {
  const { downloads } = await openMachine({ installed: 'xliblzf1 install ok installed\n' });
  await find();
  expect(await downloads()).toEqual([expect.stringContaining(' liblzf1')]);
});

it('lets several processes unpack at the same time', async () => {
  const { cache } = await openMachine();
  const found = await Promise.all([find(), find(), find()]);
  expect(found.map(({ kind }) => kind)).toEqual(['apt', 'apt', 'apt']);
  expect(await readdir(cache)).toEqual([await copyName('redis')]);
});

it('removes files of a killed process, but not those of a running one', async () => {
  const { cache } = await openMachine();
  const [stale, fresh] = [join(cache, 'unpacking-stale'), join(cache, 'unpacking-fresh')];
  for (const folder of [stale, fresh])
    await mkdir(join(folder, 'root/usr/bin'), { recursive: true });
  await utimes(stale, 0, 0);
  expect(await find()).toMatchObject({ kind: 'apt' });
  expect(await readdir(cache)).toEqual([await copyName('redis'), 'unpacking-fresh']);
});

it.each([
  [
    'half of a copy',
    async (cache: string, name: string) => mkdir(join(cache, name, 'usr'), { recursive: true }),
  ],
  [
    'a link whose program is missing',
    async (cache: string, name: string) => {
      await mkdir(join(cache, name, 'usr/bin'), { recursive: true });
      await symlink('redis-check-rdb', join(cache, name, 'usr/bin/redis-server'));
    },
  ],
  [
    'a copy that does not start',
    async (cache: string, name: string) => keepCopy(cache, name, NONE),
  ],
  ['a file', async (cache: string, name: string) => writeFile(join(cache, name), '')],
])('replaces %s by one that starts', async (_what, leave) => {
  const { cache } = await openMachine();
  await mkdir(cache, { recursive: true });
  await leave(cache, await copyName('redis'));
  expect(await find()).toMatchObject({ kind: 'apt' });
  expect(await find()).toEqual({ kind: 'apt', progress: [] });
  expect(await readdir(cache)).toEqual([await copyName('redis')]);
});

it('takes a copy of another release if it starts, and unpacks its own if not', async () => {
  const { cache, downloads } = await openMachine();
  await keepCopy(cache, 'redis-other-1-mips', NONE);
  expect(await find()).toMatchObject({ kind: 'apt' });
  expect(await downloads()).toHaveLength(1);
  const second = await openMachine();
  await keepCopy(second.cache, 'redis-other-1-mips', SERVER);
  expect(await find()).toEqual({ kind: 'apt', progress: [] });
  expect(await second.downloads()).toEqual([]);
});

it('keeps the copy in a temporary folder if the home directory is read-only', async () => {
  const { folder, fallback } = await openMachine();
  await writeFile(join(folder, 'cache'), 'no folder can be created in a file');
  expect(await find()).toMatchObject({ kind: 'apt' });
  expect(await readdir(fallback)).toEqual([await copyName('redis')]);
  expect(await find()).toEqual({ kind: 'apt', progress: [] });
});

it('ignores a relative or empty XDG_CACHE_HOME', async () => {
  const { folder } = await openMachine();
  vi.stubEnv('HOME', join(folder, 'home'));
  for (const value of ['', 'relative']) {
    vi.stubEnv('XDG_CACHE_HOME', value);
    expect(await find()).toMatchObject({ kind: 'apt' });
  }
  expect(await readdir(join(folder, 'home/.cache/nooble'))).toEqual([await copyName('redis')]);
});

it('reports that the packages contain no server that starts, and leaves nothing behind', async () => {
  const { cache } = await openMachine({ server: NONE });
  const { kind, progress } = await find();
  expect(kind).toBeUndefined();
  expect(progress).toContainEqual(expect.stringContaining('its server does not start'));
  expect(await readdir(cache)).toEqual([]);
});

it('gives up if there is no apt, or no package', async () => {
  const { folder, cache } = await openMachine();
  await writeFile(join(folder, 'bin/apt-get'), '#!/bin/sh\n[ "$1" = --version ]\n');
  expect((await find()).progress).toContainEqual(expect.stringContaining('cannot be downloaded'));
  expect(await readdir(cache)).toEqual([]);
  await chmod(join(folder, 'bin/apt-get'), 0o644);
  expect(await find()).toEqual({ kind: undefined, progress: [] });
  await expect(access(join(cache, await copyName('redis')))).rejects.toThrow('ENOENT');
});
