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

const CODE = /^```[^]*?^```$/gm;

it.each(SHOWN)('%s shows the example that is tested', async (readme, example) => {
  expect(await read(readme)).toContain(await read(example));
});

it('has a Spanish twin with the same sections and the same blocks of code', async () => {
  const [english, spanish] = await Promise.all([read('README.md'), read('README.es.md')]);
  expect(headingsOf(spanish)).toEqual(headingsOf(english));
  expect(blocksOf(spanish)).toEqual(blocksOf(english));
});

/** Their levels: the words are translated. */
function headingsOf(text: string): number[] {
  const prose = text.replaceAll(CODE, '');
  return [...prose.matchAll(/^(#+) /gm)].map(([, marks = '']) => marks.length);
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(CODE)].map(([block]) => block);
}

async function read(file: string): Promise<string> {
  return readFile(join(root, file), 'utf8');
}
