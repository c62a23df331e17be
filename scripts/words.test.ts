import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './run.mjs';

/** Words that a reader has to translate, and what to write in their place. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/\bfor ever\b/i, 'forever'],
  [/\banew\b/i, 'again, or the verb with re-'],
  [/\bwork(?:s|ed|ing)? off\b/i, 'drain'],
  [/\bin vain\b/i, 'without success, or say that it timed out'],
  [/\btrying on\b/i, 'retrying'],
  [/\bof the own\b/i, 'its own'],
  [/\bruns again later\b/i, 'will be retried'],
  [/^\s*(?:\/\*\*|\*|\/\/).*, ms(?:\.|$)/, 'the unit in parentheses: (ms)'],
  [/\bas often as it takes\b/i, 'until it succeeds'],
];

/** Sources, scripts of Redis and documents; not this list, and not decisions, which stay as they were written. */
const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.lua', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => !/^scripts\/words|decisions\/|CHANGELOG|generated\//.test(file));

it.each(REFUSED)('nobody writes %s; write: %s', (word) => {
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (word.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
