import { describe, expect, it } from 'vitest';
import { LIMITS, scriptsOf } from '../scripts/lua-scripts.mjs';

type Files = Readonly<Record<string, string>>;

const HEADER = '-- ARGV: none\n-- Output: none\n-- Complexity: O(1)\n';
const CLOCK = "local now = redis.call('TIME')[1]\n";

/** A script `do` with these pieces. */
function filesOf(entry: string, pieces: Files = {}): Files {
  const own = Object.entries(pieces).map(([name, text]) => [`do/${name}.lua`, text]);
  return { 'do/do.lua': HEADER + entry, ...Object.fromEntries(own) };
}

const embed = (files: Files, codes: Parameters<typeof scriptsOf>[1] = {}) =>
  scriptsOf(files, codes).find(({ name }) => name === 'do')!;

/** Shared pieces, of which `do` uses one function. */
const SHARED: Files = {
  'do.lua': `${HEADER}-- from queues: push\n-- KEYS: state actions\npush(state, actions)\n`,
  'bury.lua': `${HEADER}-- from queues: bury\nbury()\n`,
  'rules/queues.lua': `-- KEYS: queue* dead
local HEAD = {}
local TAIL = 'tail'
local function bury() return dead .. TAIL end
local function push(from, to) return queue[from] .. to end
local function never() return HEAD end
redis.call('PING', never())
`,
};

it('puts each piece after those it takes from, whatever the order of headers', () => {
  const { lua } = embed(
    filesOf('-- from later: after\n-- from clock: now\nreturn after(now)\n', {
      clock: CLOCK,
      later: '-- from clock: now\nlocal function after(at)\n  return at + now\nend\n',
    }),
  );
  expect(lua).toMatch(/local now[^]*local function after[^]*return after\(now\)/);
});

it('binds the keys that a script uses, in the order of its list', () => {
  const { keys, lua } = embed(SHARED);
  expect(keys).toEqual(['queue*', 'state', 'actions']);
  expect(lua).toContain(
    'local queue = {KEYS[1], KEYS[2], KEYS[3], KEYS[4]}\nlocal state = KEYS[5]',
  );
});

it('leaves out functions and constants that a script does not use, and nothing that acts', () => {
  const { lua } = embed(SHARED);
  expect(lua).not.toMatch(/bury|TAIL/);
  expect(lua).toMatch(/local HEAD = [^]*local function never[^]*redis\.call\('PING'/);
});

it('leaves out a function whose name others have for a local of theirs', () => {
  const files = {
    'do.lua': `${HEADER}-- from queues: push\npush(function(bury) return bury end)\n`,
    'bury.lua': `${HEADER}-- from queues: bury\nbury()\n`,
    'rules/queues.lua':
      'local function bury() return 1 end\nlocal function push(by) local bury = by return bury end\n',
  };
  expect(embed(files).lua).not.toContain('function bury()');
});

it('removes comments, and leaves alone what only looks like one', () => {
  const { lua } = embed(
    filesOf(
      "-- Why.\nlocal text = ' -- no comment' -- but this\n-- here too\nreturn text --[[ so ]] .. text\n",
    ),
  );
  expect(lua).toContain("local text = ' -- no comment'\nreturn text .. text\n");
  expect(lua).not.toMatch(/Why|but this|here too|so/);
});

it('brings along the codes that a script uses', () => {
  const codes = { endings: { DONE: 'done' }, results: { LOST: 2 } };
  const files = {
    'do.lua': `${HEADER}-- from codes: LOST\nreturn LOST\n`,
    'ends.lua': `${HEADER}-- from codes: DONE\nreturn DONE\n`,
  };
  expect(embed(files, codes).lua).toContain('local LOST = 2\n');
  expect(embed(files, codes).lua).not.toContain('DONE');
});

const lines = (count: number): string => "redis.call('PING')\n".repeat(count);

/** Number of pieces of maximum length that exceed the limit of a script. */
const TOO_MANY = Math.ceil(LIMITS.script / LIMITS.piece);
const long = Object.fromEntries(
  Array.from({ length: TOO_MANY }, (_, at) => [
    `long${at}`,
    `local name${at} = redis.call('PING')\n${lines(LIMITS.piece - 1)}`,
  ]),
);
const takingLong = Object.keys(long)
  .map((name, at) => `-- from ${name}: name${at}\nredis.call('ECHO', name${at})\n`)
  .join('');

it.each<[what: string, files: Files, says: string]>([
  ['what is no Lua', filesOf('return +\n'), 'lua/do/do.lua:4: '],
  [
    'a name that is not declared',
    filesOf('return now\n', { clock: CLOCK }),
    'lua/do/do.lua:4: "now" is not declared',
  ],
  [
    'a name that only another piece declares',
    filesOf('-- from later: after\nreturn after()\n', {
      clock: CLOCK,
      later: 'local function after() return now end\n',
    }),
    'lua/do/later.lua:1: "now" is not declared',
  ],
  [
    'a function above its definition',
    filesOf('local function one() return other() end\nlocal function other() end\none() other()\n'),
    'lua/do/do.lua:4: "other" is used above its definition',
  ],
  [
    'a key that is not in the header',
    filesOf("redis.call('DEL', actions)\n"),
    '"actions" is not declared: add it to a `-- from` line, to KEYS if it is a key',
  ],
  [
    'a key that is not used',
    filesOf('-- KEYS: actions\nreturn 1\n'),
    'lua/do/do.lua:4: key "actions" is not used here',
  ],
  [
    'a declared name that is not used',
    filesOf('-- from clock: now\nlocal function f(now) return now end\nreturn f(1)\n', {
      clock: CLOCK,
    }),
    'lua/do/do.lua:4: "now" of clock is not used here',
  ],
  [
    'a name that its source does not define',
    filesOf('-- from clock: now, later\nreturn now + later\n', { clock: CLOCK }),
    'lua/do/do.lua:4: clock defines no "later" at its top level',
  ],
  [
    'an unknown source',
    filesOf('-- from watch: now\nreturn now\n'),
    'lua/do/do.lua:4: there is no piece "watch" in lua/do or lua/rules',
  ],
  [
    'two lines for one source',
    filesOf('-- from clock: now\n-- from clock: soon\nreturn now + soon\n', {
      clock: `${CLOCK}local soon = now + 1\n`,
    }),
    'lua/do/do.lua:5: a second line for clock',
  ],
  [
    'a circle',
    filesOf('-- from one: first\nreturn first()\n', {
      one: '-- from two: second\nlocal function first() return second() end\n',
      two: '-- from one: first\nlocal function second() return first() end\n',
    }),
    'lua/do/two.lua:1: a circle, one → two → one',
  ],
  [
    'an assignment to a name of another piece',
    filesOf('-- from clock: now\nlocal function skip() now = now + 1 end\nskip()\n', {
      clock: CLOCK,
    }),
    'lua/do/do.lua:5: assigns to "now", which is not its own',
  ],
  ['an assignment to a global', filesOf('now = 1\n'), 'lua/do/do.lua:4: "now" is not declared'],
  [
    'two pieces that define the same name',
    filesOf('-- from clock: now\nlocal at = now\nreturn at\n', {
      clock: `local at = 1\nlocal now = at\n`,
    }),
    'lua/do/do.lua:5: "at" is a name of do/clock.lua as well',
  ],
  [
    'a definition that hides a key or what Lua has',
    filesOf('-- from clock: now\n-- KEYS: state\nreturn now .. state\n', {
      clock: 'local state, next = 1, 2\nlocal now = state + next\n',
    }),
    'lua/do/clock.lua:1: "next" is a name of Lua as well',
  ],
  [
    'a function that nobody uses',
    filesOf('local function idle() return idle() end\nreturn 1\n'),
    'lua/do/do.lua:4: nobody uses "idle"',
  ],
  ['a piece that no script uses', filesOf('return 1\n', { clock: CLOCK }), 'no script uses it'],
  [
    'a shared piece that one script uses',
    { ...filesOf('-- from clock: now\nreturn now\n'), 'rules/clock.lua': CLOCK },
    'lua/rules/clock.lua:1: only do uses it: move it to lua/do',
  ],
  ['a script without its header', { 'do.lua': 'return 1\n' }, 'has a line `-- ARGV: …`'],
  [
    'a piece that is too long',
    filesOf(lines(LIMITS.piece + 1)),
    `${LIMITS.piece + 1} lines of code, of which a file may have ${LIMITS.piece}`,
  ],
  [
    'a script that is too long with all it uses',
    filesOf(takingLong, long),
    `lines with all it uses, of which it may have ${LIMITS.script}`,
  ],
])('refuses %s', (_what, files, says) => {
  expect(() => scriptsOf(files, {})).toThrow(says);
});

it('refuses a code that no script returns, and a name for two codes', () => {
  const files = { 'do.lua': `${HEADER}-- from codes: LOST\nreturn LOST\n` };
  expect(() => scriptsOf(files, { results: { LOST: 2, FOUND: 3 } })).toThrow('nobody uses "FOUND"');
  expect(() => scriptsOf(files, { results: { LOST: 2 }, endings: { LOST: 'lost' } })).toThrow(
    '"LOST" stands for two codes',
  );
});

it('lists all that is wrong at once', () => {
  const files = filesOf('-- KEYS: actions\nreturn now\n');
  expect(() => scriptsOf(files, {})).toThrow(
    /"now" is not declared.*\n.*key "actions" is not used/,
  );
});

describe('the usual case of a script', () => {
  const usual = "-- from clock: now\nlocal tier = ARGV[1]\nif tier == '1' then return now end\n";
  const entry = `-- from clock: now\n-- from later: after\nlocal tier = ARGV[2]\nreturn after(now, tier)\n`;
  const later = 'local function after(at, tier) return at .. tier end\n';

  it('runs before the rest is made, beside which its names are its own', () => {
    const { lua } = embed(filesOf(entry, { clock: CLOCK, later, usual }));
    expect(lua).toMatch(
      /local now[^]*local result = \(function\(\)\nlocal tier[^]*if result then return result end[^]*local function after/,
    );
    expect(lua.match(/redis\.call\('TIME'\)/g)).toHaveLength(1);
  });

  it('declares what it takes, as every piece does', () => {
    const undeclared = 'if now then return now end\n';
    expect(() => embed(filesOf(entry, { clock: CLOCK, later, usual: undeclared }))).toThrow(
      /lua\/do\/usual\.lua:1: "now" is not declared/,
    );
  });
});
