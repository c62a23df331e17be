import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { pnpm, root } from './run.mjs';

const execute = promisify(execFile);
const PACKAGES = ['errors', 'models', 'config', 'redis', 'queue', 'worker', 'guarantee'];

let folder: string;
let tarballs: Map<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nooble-pack-'));
  const [command = '', ...args] = pnpm;
  for (const name of PACKAGES) {
    const target = ['--dir', join(root, 'packages', name), 'pack', '--pack-destination', folder];
    await execute(command, [...args, ...target]);
  }
  const files = await readdir(folder);
  const fileOf = (name: string): string =>
    `file:${join(folder, files.find((file) => file.startsWith(`nooble-${name}-`)) ?? '')}`;
  tarballs = new Map(PACKAGES.map((name) => [`@nooble/${name}`, fileOf(name)]));
}, 120_000);

afterAll(async () => rm(folder, { recursive: true, force: true }));

/** An empty npm project with one package; the others come from tarballs only if that one asks for them. */
async function install(name: string): Promise<string> {
  const project = join(folder, name);
  await mkdir(project);
  const wanted = `@nooble/${name}`;
  const others = [...tarballs].filter(([each]) => each !== wanted);
  const manifest = {
    name: 'newcomer',
    private: true,
    type: 'module',
    dependencies: { [wanted]: tarballs.get(wanted) },
    overrides: Object.fromEntries(others),
  };
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

/** What a script prints that runs in the project. */
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
  expect(ours).toEqual(['errors', 'models', 'queue', 'redis']);
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

it.each(['README.md', 'README.es.md'])(
  'have the sizes that %s says, give or take 10 %%',
  async (readme) => {
    const text = await readFile(join(root, readme), 'utf8');
    for (const [name, tarball] of tarballs) {
      const said = Number(new RegExp(`^\\| \\[\`${name}\`\\].* (\\d+) kB `, 'm').exec(text)?.[1]);
      const { size } = await stat(tarball.replace('file:', ''));
      expect(Math.abs(size / 1000 / said - 1), `${name}: ${size} bytes`).toBeLessThan(0.1);
    }
  },
);
