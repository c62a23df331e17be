import { expect, it } from 'vitest';
import { readLua } from '../scripts/lua-files.mjs';
import type { KeyFacts } from '../src/protocol/key-facts.ts';
import { KEY_TABLE } from '../src/protocol/key-table.ts';

it('the scripts make the stems of the key table', () => {
  const rows = Object.entries<KeyFacts>(KEY_TABLE);
  const stems = rows.flatMap(([name, { per, suffix }]) =>
    per === undefined || per === 'tier' ? [] : [[name, `${suffix}:`]],
  );
  const OF_SOME_DOMAINS = { endings: 'endings', attempts: 'attempts' };
  expect(readLua().stems).toEqual({ ...Object.fromEntries(stems), ...OF_SOME_DOMAINS });
});
