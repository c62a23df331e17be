import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BREAKABLE_RULES, breakScripts } from '../packages/guarantee/test/broken-build.mjs';
import { readLua } from '../packages/queue/scripts/lua-files.mjs';
import { LIMITS, scriptsOf } from '../packages/queue/scripts/lua-scripts.mjs';
import { SCRIPTS } from '../packages/queue/src/generated/scripts.ts';
import { root } from './run.mjs';

it('all scripts declare their dependencies, respect the limits, and equal the embedded ones', () => {
  const { files, codes, stems } = readLua();
  const embedded = Object.entries(SCRIPTS).map(([name, script]) => ({ name, ...script }));
  expect(scriptsOf(files, codes, stems)).toEqual(embedded);
});

it('the limits equal those in the decision about scripts', () => {
  const page = join(root, 'docs/decisions/0001-scripts-share-one-rule.md');
  const text = readFileSync(page, 'utf8').replaceAll('\n', ' ');
  expect(text).toContain(`at most ${LIMITS.piece} lines of code`);
  expect(text).toContain(`at most ${LIMITS.script} lines`);
});

it.each(BREAKABLE_RULES)(
  'the scripts contain the code that a build without "%s" breaks',
  (name) => {
    const scripts = structuredClone<Record<string, { lua: string }>>(SCRIPTS);
    breakScripts(scripts, name);
    expect(scripts).not.toEqual(SCRIPTS);
  },
);

it('a build cannot break a rule that the scripts do not contain', () => {
  const scripts = { settle: { lua: 'return 1' } };
  expect(() => breakScripts(scripts, 'fencing')).toThrow('no script contains "token ~=');
});
