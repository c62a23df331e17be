// One file of `lua/`: the declarations in its header, and the names that its statements declare and use.
import luaparse from 'luaparse';
import { statementsOf } from './lua-scope.mjs';

/** A header line, such as `-- from clock: now, clock_text`, `-- KEYS: actions queue*`, `-- Output: …`. */
const HEADER = /^ (?:from (?<source>\w+)|(?<word>KEYS|ARGV|Output|Complexity)): *(?<rest>.*)$/;

/** A mistake in a file, with its line and remedy. */
export const problem = (file, line, text) => `lua/${file}:${line}: ${text}`;

/** Parses a file. Throws an Error for a syntax error. */
export function readPiece(file, text) {
  const chunk = parse(file, text);
  const statements = statementsOf(chunk);
  return {
    file,
    name: file.replace(/^.*\/|\.\w+$/g, ''),
    text,
    comments: chunk.comments,
    statements,
    declared: new Map(statements.flatMap((each) => each.declares.map((name) => [name, each]))),
    free: freeIn(statements),
    ...headerOf(chunk.comments),
  };
}

function parse(file, text) {
  try {
    const options = { luaVersion: '5.1', comments: true, locations: true, ranges: true };
    return luaparse.parse(text, options);
  } catch (error) {
    throw new Error(problem(file, error.line ?? 1, error.message), { cause: error });
  }
}

/** Returns uses of names that the file has not declared before. */
function freeIn(statements) {
  const known = new Set();
  return statements.flatMap(({ node, declares, uses }) => {
    const free = uses.filter(({ name }) => !known.has(name));
    for (const name of declares) known.add(name);
    return free.map((use) => ({ ...use, node }));
  });
}

function headerOf(comments) {
  const header = { from: [], keys: [], words: new Set() };
  for (const { value, loc } of comments) {
    const { source, word, rest } = HEADER.exec(value)?.groups ?? {};
    const { line } = loc.start;
    const parts = (rest ?? '').split(/[ ,]+/).filter(Boolean);
    if (source) header.from.push({ source, names: parts, line });
    if (word) header.words.add(word);
    if (word !== 'KEYS') continue;
    for (const ref of parts) header.keys.push({ ref, name: ref.replace('*', ''), line });
  }
  return header;
}
