import { expect, it } from 'vitest';
import { scriptsOf } from '../scripts/lua-scripts.mjs';
import { SCRIPTS } from '../src/generated/scripts.ts';
import { openPool } from './fixture.ts';

it.each(Object.entries(SCRIPTS))('Redis compiles the script %s', async (_name, { lua }) => {
  expect(await openPool().command().script('LOAD', lua)).toMatch(/^[0-9a-f]{40}$/);
});

const HEADER = '-- ARGV: none\n-- Output: none\n-- Complexity: O(1)\n';

/** A script with a function that uses this many names of the script. */
function scriptWith(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, at) => `name_${at}`);
  const locals = names.map((name) => `local ${name} = ARGV[1]\n`).join('');
  const entry = `${locals}local function sum() return ${names.join(' .. ')} end\nreturn sum()\n`;
  return { 'do.lua': HEADER + entry };
}

it('a function of a script may use 60 names of those around it', () => {
  expect(scriptsOf(scriptWith(60), {})).toHaveLength(1);
  expect(() => scriptsOf(scriptWith(61), {})).toThrow(
    /lua\/do: function "sum" .* uses 61 names .* name_60/,
  );
});
