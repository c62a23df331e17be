import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Format } from 'esbuild';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { pnpm, root } from './run.mjs';

const execute = promisify(execFile);
const PACKAGES = [
  'errors',
  'models',
  'config',
  'servers',
  'redis',
  'queue',
  'worker',
  'observability',
  'persistence',
  'guarantee',
];

let folder: string;
let tarballs: Map<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nooble-pack-'));
  const [command = '', ...args] = pnpm;
  const every = ['--dir', root, '--recursive', '--filter', './packages/*'];
  await execute(command, [...args, ...every, 'pack', '--pack-destination', folder]);
  const files = await readdir(folder);
  const fileOf = (name: string): string =>
    `file:${join(folder, files.find((file) => file.startsWith(`nooble-${name}-`)) ?? '')}`;
  tarballs = new Map(PACKAGES.map((name) => [`@nooble/${name}`, fileOf(name)]));
}, 120_000);

afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Installs one package into an empty npm project. Its dependencies of this repository come from tarballs. */
async function install(name: string): Promise<string> {
  const wanted = `@nooble/${name}`;
  const others = [...tarballs].filter(([each]) => each !== wanted);
  return installInto(name, {
    dependencies: { [wanted]: tarballs.get(wanted) },
    overrides: Object.fromEntries(others),
  });
}

async function installInto(name: string, wanted: object): Promise<string> {
  const project = join(folder, name);
  await mkdir(project);
  const manifest = { name: 'newcomer', private: true, type: 'module', ...wanted };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await execute('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: project,
  });
  return project;
}

async function scopes(project: string): Promise<{ ours: string[]; all: string[] }> {
  const all = await readdir(join(project, 'node_modules'));
  return { ours: await readdir(join(project, 'node_modules', '@nooble')), all };
}

/** Runs a script in the project and returns its output. */
async function run(project: string, script: string): Promise<string> {
  await writeFile(join(project, 'script.mjs'), script);
  const env = { ...process.env, REDIS_URL: inject('redisUrl') };
  const { stdout } = await execute(process.execPath, ['script.mjs'], { cwd: project, env });
  return stdout.trim();
}

it('installs models alone: no Redis client, no logger', async () => {
  const project = await install('models');
  const { ours, all } = await scopes(project);
  expect(ours).toEqual(['errors', 'models']);
  expect(all.filter((name) => !name.startsWith('.')).toSorted()).toEqual([
    '@nooble',
    'nanoid',
    'zod',
  ]);
  const script = `
    import { decodeAction, defineAction, encodeAction } from '@nooble/models';
    import { z } from 'zod';
    const ask = defineAction('query.ask', { data: z.object({ text: z.string() }) });
    const action = ask.create({ tenantId: 'acme', tenantTier: 'free', data: { text: 'why?' } });
    console.log(decodeAction(encodeAction(action)).data.text);`;
  expect(await run(project, script)).toBe('why?');
}, 120_000);

it('installs queue with the layers below it and nothing above', async () => {
  const project = await install('queue');
  const { ours, all } = await scopes(project);
  expect(ours).toEqual(['errors', 'models', 'queue', 'redis', 'servers']);
  for (const foreign of ['pino', 'fastify', 'js-redis-server']) expect(all).not.toContain(foreign);
  const script = `
    import { randomUUID } from 'node:crypto';
    import { defineAction } from '@nooble/models';
    import { DomainQueueManager } from '@nooble/queue';
    import { z } from 'zod';
    const ask = defineAction('query.ask', { data: z.object({ text: z.string() }) });
    const queues = new DomainQueueManager({ redis: process.env.REDIS_URL, prefix: randomUUID() });
    await queues.enqueue(ask.create({ tenantId: 'acme', tenantTier: 'free', data: { text: 'why?' } }));
    console.log((await queues.stats('query')).tiers.free.waiting);
    await queues.close();`;
  expect(await run(project, script)).toBe('1');
}, 120_000);

/** Returns all entry points of all packages, such as `@nooble/redis/embedded`. */
async function entryPoints(): Promise<string[]> {
  const manifests = PACKAGES.map(async (name) => {
    const text = await readFile(join(root, 'packages', name, 'package.json'), 'utf8');
    const { exports } = JSON.parse(text) as { exports: Record<string, unknown> };
    const paths = Object.keys(exports).filter((path) => path !== './package.json');
    return paths.map((path) => `@nooble/${name}${path.slice(1)}`);
  });
  return (await Promise.all(manifests)).flat();
}

/** An application that starts a Redis, sends an action, handles it and receives the result. */
const APPLICATION = `
  import { defineAction } from '@nooble/models';
  import { ActionClient, DomainQueueManager } from '@nooble/queue';
  import { startEmbeddedRedis } from '@nooble/redis/embedded';
  import { ActionProcessor, BaseWorker } from '@nooble/worker';
  import { z } from 'zod';
  async function main() {
    const { url: redis, stop } = await startEmbeddedRedis({ allowJavaScript: true });
    const say = defineAction('hello.say', { data: z.string(), result: z.string() });
    const processor = new ActionProcessor().register(say, ({ data }) => data);
    const worker = new BaseWorker({ domain: 'hello', redis, processor, handleSignals: false });
    await worker.start();
    const queues = new DomainQueueManager({ redis });
    const client = new ActionClient({ queues });
    const fields = { tenantId: 'acme', tenantTier: 'free', data: 'hello' };
    process.stdout.write('received ' + (await client.request(say, fields)));
    await client.close();
    await queues.close();
    await worker.stop();
    await stop();
  }
  void main();`;

/** Bundles scripts of the project into a folder without packages, runs them one after the other, and returns what they print. */
async function printsOfBundles(
  project: string,
  scripts: readonly string[],
  format: Format,
): Promise<string> {
  const outdir = join(folder, `bundles-${format}`);
  const sources = await Promise.all(
    scripts.map(async (script, index) => {
      const source = join(project, `${format}-${index}.mjs`);
      await writeFile(source, script);
      return source;
    }),
  );
  const extension = format === 'esm' ? '.mjs' : '.cjs';
  const shape = { format, outdir, outExtension: { '.js': extension }, logLevel: 'silent' } as const;
  const { warnings } = await build({
    entryPoints: sources,
    bundle: true,
    platform: 'node',
    absWorkingDir: project,
    ...shape,
  });
  expect(warnings).toEqual([]);
  // In one process, because each bundle contains all that it needs: they share no module.
  const bundles = sources.map((_, index) => join(outdir, `${format}-${index}${extension}`));
  const runAll = 'for (const bundle of process.argv.slice(1)) await import(bundle)';
  const args = ['--input-type=module', '--eval', runAll, ...bundles];
  const { stdout } = await execute(process.execPath, args);
  return stdout;
}

it('can be bundled by esbuild, every entry point of every package', async () => {
  const dependencies = Object.fromEntries(tarballs);
  const project = await installInto('application', { dependencies, overrides: dependencies });
  const entries = await entryPoints();
  expect(entries).toContain('@nooble/redis/embedded');
  const scripts = entries.map(
    (entry) =>
      `import * as entry from '${entry}';\nconsole.log('${entry}', Object.keys(entry).sort());`,
  );
  for (const format of ['esm', 'cjs'] as const) {
    const prints = await printsOfBundles(project, [...scripts, APPLICATION], format);
    for (const entry of entries) {
      expect(prints).toMatch(new RegExp(`^${entry} \\[\\s+'\\w+'`, 'm'));
    }
    expect(prints).toContain('received hello');
  }
}, 180_000);

it.each(['README.md', 'README.es.md'])(
  'have the sizes stated in %s, within 10 %%',
  async (readme) => {
    const text = await readFile(join(root, readme), 'utf8');
    for (const [name, tarball] of tarballs) {
      const stated = Number(new RegExp(`^\\| \\[\`${name}\`\\].* (\\d+) kB `, 'm').exec(text)?.[1]);
      const { size } = await stat(tarball.replace('file:', ''));
      expect(Math.abs(size / 1000 / stated - 1), `${name}: ${size} bytes`).toBeLessThan(0.1);
    }
  },
);
