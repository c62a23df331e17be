// Whether every package would work for those who install it: publint and Are The Types Wrong.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pnpm, root, run } from './run.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const folder = mkdtempSync(join(tmpdir(), 'nooble-publishable-'));

try {
  const every = ['--recursive', '--filter', './packages/*'];
  await check('pack', [...pnpm, ...every, 'pack', '--pack-destination', folder]);
  await Promise.all(
    readdirSync(folder).map(async (name) => {
      const tarball = join(folder, name);
      await check(`publint ${name}`, [bin('publint'), 'run', tarball, '--strict']);
      await check(`attw ${name}`, [bin('attw'), tarball, '--profile', 'esm-only']);
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function check(label, command) {
  const { code, output } = await run(command);
  if (code === 0) return;
  process.exitCode = 1;
  console.log(`${label} failed:\n${output}`);
}
