// Whether every package would work for those who install it: publint and Are The Types Wrong.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
let failed = false;

await Promise.all(
  readdirSync(join(root, 'packages')).map(async (name) => {
    const folder = join(root, 'packages', name);
    await check(`publint ${name}`, [bin('publint'), 'run', folder, '--strict', '--pack', 'npm']);
    await check(`attw ${name}`, [bin('attw'), '--pack', folder, '--profile', 'esm-only']);
  }),
);
process.exitCode = failed ? 1 : 0;

async function check(label, command) {
  const { code, output } = await run(command);
  if (code === 0) return;
  failed = true;
  console.log(`${label} failed:\n${output}`);
}
