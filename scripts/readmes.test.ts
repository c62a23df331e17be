import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './run.mjs';

/** READMEs and the files whose text they show; each of these files is run by a test of its package. */
const SHOWN: readonly (readonly [string, string])[] = [
  ...readdirSync(join(root, 'packages')).map(
    (name) => [`packages/${name}/README.md`, `packages/${name}/test/example.ts`] as const,
  ),
  ['README.md', 'packages/worker/test/quickstart.ts'],
  ['README.es.md', 'packages/worker/test/quickstart.ts'],
];

it.each(SHOWN)('%s shows the example that is tested', async (readme, example) => {
  expect(await read(readme)).toContain(await read(example));
});

async function read(file: string): Promise<string> {
  return readFile(join(root, file), 'utf8');
}
