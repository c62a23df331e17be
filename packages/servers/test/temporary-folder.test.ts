import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../src/temporary-folder.ts';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));

it('is removed with its files, also twice', async () => {
  const { path, remove } = await temporaryFolder('nooble-test');
  await writeFile(join(path, 'a'), 'a');
  await remove();
  await remove();
  expect(existsSync(path)).toBe(false);
});

it('is removed when its process exits', async () => {
  const script = `import { temporaryFolder } from ${JSON.stringify(built)};
    const { path } = await temporaryFolder('nooble-test');
    console.log(path);
    process.exit(0);`;
  const args = ['--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toContain('nooble-test-');
  expect(existsSync(stdout.trim())).toBe(false);
});
