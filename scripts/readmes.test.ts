import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './run.mjs';

/** READMEs and the files whose text they contain; a test of the package runs each of these files. */
const SHOWN: readonly (readonly [string, string])[] = [
  ...readdirSync(join(root, 'packages')).map(
    (name) => [`packages/${name}/README.md`, `packages/${name}/test/example.ts`] as const,
  ),
  ['README.md', 'packages/worker/test/quickstart.ts'],
  ['README.es.md', 'packages/worker/test/quickstart.ts'],
];

const CODE = /^```[^]*?^```$/gm;

it.each(SHOWN)('%s contains the tested example', async (readme, example) => {
  expect(await read(readme)).toContain(await read(example));
});

it('the Spanish README has the same sections and code blocks as the English one', async () => {
  const [english, spanish] = await Promise.all([read('README.md'), read('README.es.md')]);
  expect(headingsOf(spanish)).toEqual(headingsOf(english));
  expect(blocksOf(spanish)).toEqual(blocksOf(english));
});

/** Returns the levels of the headings; their words are translated. */
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
