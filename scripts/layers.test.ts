import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { root } from './run.mjs';

const execute = promisify(execFile);

/** Copies the manifests of all packages, without their code, to a temporary folder. */
async function skeleton(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nooble-layers-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const manifests = ['package.json', 'turbo.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'];
  for (const file of manifests) await cp(join(root, file), join(folder, file));
  for (const name of await readdir(join(root, 'packages'))) {
    await mkdir(join(folder, 'packages', name, 'src'), { recursive: true });
    for (const file of ['package.json', 'turbo.json']) {
      await cp(join(root, 'packages', name, file), join(folder, 'packages', name, file));
    }
  }
  return folder;
}

/** Adds an import and the dependency on it to a package. */
async function addImport(folder: string, from: string, to: string): Promise<void> {
  const path = join(folder, 'packages', from, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { dependencies?: object };
  const dependencies = { ...manifest.dependencies, [`@nooble/${to}`]: 'workspace:^' };
  await writeFile(path, JSON.stringify({ ...manifest, dependencies }));
  const source = `import * as other from '@nooble/${to}';\nexport const used = other;\n`;
  await writeFile(join(folder, 'packages', from, 'src', 'index.ts'), source);
}

async function checkLayers(folder: string): Promise<string> {
  const turbo = join(root, 'node_modules', '.bin', 'turbo');
  const env = { ...process.env, NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1' };
  const { stdout, stderr } = await execute(turbo, ['boundaries', '--cwd', folder], { env }).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );
  return stdout + stderr;
}

it('accepts an import of a package that is listed above', async () => {
  const folder = await skeleton();
  await addImport(folder, 'queue', 'models');
  expect(await checkLayers(folder)).toContain('no issues found');
});

it('refuses an import of a package that is listed below', async () => {
  const folder = await skeleton();
  await addImport(folder, 'models', 'queue');
  const output = await checkLayers(folder);
  expect(output).not.toContain('no issues found');
  expect(output).toContain('tag not found here');
});
