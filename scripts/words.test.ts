import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './run.mjs';

/** A word that readers would have to translate, and its replacement. */
type Refused = readonly [word: RegExp, instead: string];

const REFUSED: readonly Refused[] = [
  [/\bfor ever\b/i, 'forever'],
  [/\banew\b/i, 'again, or the verb with re-'],
  [/\bwork(?:s|ed|ing)? off\b/i, 'drain'],
  [/\bin vain\b/i, 'without success, or say that it timed out'],
  [/\btrying on\b/i, 'retrying'],
  [/\bof the own\b/i, 'its own'],
  [/\bruns again later\b/i, 'will be retried'],
  [/^\s*(?:\/\*\*|\*|\/\/).*, ms(?:\.|$)/, 'the unit in parentheses: (ms)'],
  [/\bas often as it takes\b/i, 'until it succeeds'],
  [/\bdearer\b/i, 'more expensive'],
  [/\bwhoever\b/i, 'the caller, any process, anyone who'],
  [/\b(?:as|so) far as\b/i, 'if, as much as, or name the exception'],
  [/\bby now\b/i, 'already, so far'],
  [/\bso (?:many|long|often)\b/i, 'the number itself, per, at most'],
  [/\bfor good\b/i, 'permanently'],
  [/\bwithout a word\b/i, 'silently'],
  [/\bbe it\b/i, 'whether, or a separate sentence'],
  [/(?<!there )\b(?:is|are) none\b/i, 'is invalid, is not a ...'],
  [/\b(?:is|are) told\b/i, 'receives, is notified'],
  [/\btells\b/i, 'returns, reports, notifies'],
  [/\bhears\b/i, 'receives, is called with'],
  [/\blies ahead\b/i, 'future'],
  [/\bat all times\b/i, 'always'],
  [/\b(?:passed|passes|pass) over\b/i, 'skip'],
  [/\bworth nothing\b/i, 'unusable'],
  [/\ba \w+ of (?:its|their|our|one's) own\b/i, 'its own ..., a separate ...'],
  [/\bhalf of a surrogate pair\b/i, 'a lone surrogate'],
  [
    /^\s*(?:\/\*\*|\*|\/\/|--) (?:What|How|Whether|Who|Whose|Where|One that|Those that|Told)\b/,
    'a noun, or a verb phrase: Returns ..., Maximum ...',
  ],
];

/** Sources, Lua scripts and documents, except this list and decisions, which are records of their time. */
const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.lua', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => !/^scripts\/words|decisions\/|CHANGELOG|generated\//.test(file));

it.each(REFUSED)('no file contains %s; write: %s', (word) => {
  expect(linesWith(word, files)).toEqual([]);
});

function linesWith(word: RegExp, among: readonly string[]): string[] {
  return among.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (word.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
}
