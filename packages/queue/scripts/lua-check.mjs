// Compares the declarations of each piece with its code, both ways. Every rule returns a problem and its remedy.
import { isBase } from './lua-bundle.mjs';
import { isEntry, misplaced } from './lua-modules.mjs';
import { problem } from './lua-piece.mjs';

/** Maximum lines of code of a file, and of a script with all pieces it uses. */
export const LIMITS = { piece: 100, script: 1270 };

/** Names that a script does not declare. */
export const LUA = new Set(
  'string math table redis ipairs pairs tonumber tostring unpack select next error type setmetatable KEYS ARGV'.split(
    ' ',
  ),
);

/** Throws an Error that lists all problems. */
export function check(modules) {
  const problems = [
    ...modules.pieces.flatMap((piece) => problemsOf(piece, modules)),
    ...modules.scripts.flatMap(scopesOf).flatMap(clashes),
    ...unused(modules),
    ...misplaced(modules),
  ];
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'));
}

function problemsOf(piece, { sourceOf }) {
  const say = (line, text) => problem(piece.file, line, text);
  return [
    ...undeclared(piece, say),
    ...unusedInHeader(piece, say),
    ...unknownNames(piece, sourceOf, say),
    ...reachesInward(piece, sourceOf, say),
    ...foreignAssignments(piece, say),
    ...incomplete(piece, say),
  ];
}

const namesFrom = (piece) => piece.from.flatMap(({ names }) => names);

function undeclared(piece, say) {
  const known = new Set([...LUA, ...namesFrom(piece), ...piece.keys.map(({ name }) => name)]);
  return piece.free
    .filter(({ name }) => !known.has(name))
    .map(({ name, line }) =>
      say(
        line,
        piece.declared.has(name)
          ? `"${name}" is used above its definition: move the definition up`
          : `"${name}" is not declared: add it to a \`-- from\` line, to KEYS if it is a key, or make it local`,
      ),
    );
}

function unusedInHeader(piece, say) {
  const used = new Set(piece.free.map(({ name }) => name));
  const keys = piece.keys
    .filter(({ name }) => !used.has(name))
    .map(({ name, line }) => say(line, `key "${name}" is not used here: remove it from KEYS`));
  const taken = piece.from.flatMap(({ source, names, line }) =>
    names
      .filter((name) => !used.has(name))
      .map((name) => say(line, `"${name}" of ${source} is not used here: remove it`)),
  );
  return [...keys, ...taken];
}

function unknownNames(piece, sourceOf, say) {
  const sources = piece.from.map(({ source }) => source);
  return piece.from.flatMap(({ source, names, line }, at) => {
    const { declared } = sourceOf(piece, source);
    const missing = names.filter((name) => !declared.has(name));
    return [
      ...(sources.indexOf(source) < at
        ? [say(line, `a second line for ${source}: join them`)]
        : []),
      ...missing.map((name) => say(line, `${source} defines no "${name}" at its top level`)),
    ];
  });
}

/** Enclosing code cannot see the names of the rest. */
function reachesInward(piece, sourceOf, say) {
  if (!isBase(piece)) return [];
  return piece.from
    .filter(({ source }) => !isBase(sourceOf(piece, source)))
    .map(({ source, line }) =>
      say(line, `${source} does not belong to the base: add it in lua-bundle.mjs`),
    );
}

function foreignAssignments(piece, say) {
  const others = new Set([...LUA, ...namesFrom(piece), ...piece.keys.map(({ name }) => name)]);
  return piece.free
    .filter(({ name, assigns }) => assigns && others.has(name))
    .map(({ name, line }) =>
      say(line, `assigns to "${name}", which is not its own: give its owner a function that does`),
    );
}

function incomplete(piece, say) {
  const missing = isEntry(piece)
    ? ['ARGV', 'Output', 'Complexity'].filter((word) => !piece.words.has(word))
    : [];
  const lines = codeLines(piece);
  return [
    ...missing.map((word) => say(1, `the header of a script has a line \`-- ${word}: …\``)),
    ...(lines > LIMITS.piece
      ? [say(1, `${lines} lines of code, of which a file may have ${LIMITS.piece}: cut it in two`)]
      : []),
  ];
}

/** Lines that are neither empty nor a comment. */
export const codeLines = ({ text }) =>
  text.split('\n').filter((line) => !/^\s*(--|$)/.test(line)).length;

/** Returns groups of pieces that see each other's names, with all keys of the script. The usual case and the rest are separate. */
function scopesOf({ usual, first, pieces }) {
  const rest = { pieces: pieces.filter((piece) => piece !== usual), script: pieces };
  return usual ? [rest, { pieces: first, script: pieces }] : [rest];
}

function clashes({ pieces, script }) {
  const owners = new Map([...LUA].map((name) => [name, 'Lua']));
  for (const { keys } of script) for (const { name } of keys) owners.set(name, 'KEYS');
  return pieces.flatMap((piece) =>
    piece.statements.flatMap(({ node, declares }) =>
      declares.flatMap((name) => {
        const owner = owners.get(name);
        if (name !== '_') owners.set(name, piece.file);
        if (owner === undefined) return [];
        return [
          problem(
            piece.file,
            node.loc.start.line,
            `"${name}" is a name of ${owner} as well: rename one`,
          ),
        ];
      }),
    ),
  );
}

/** Returns names that no statement of any piece uses. */
function unused({ pieces, codes, sourceOf }) {
  const used = new Map([...pieces, codes].map((piece) => [piece, new Set(['_'])]));
  for (const piece of pieces) {
    for (const { declares, uses } of piece.statements) {
      const others = uses.filter(({ name }) => !declares.includes(name));
      for (const { name } of others) used.get(piece).add(name);
    }
    for (const { source, names } of piece.from) {
      for (const name of names) used.get(sourceOf(piece, source)).add(name);
    }
  }
  return [...used].flatMap(([piece, names]) =>
    [...piece.declared]
      .filter(([name]) => !names.has(name))
      .map(([name, { node }]) =>
        problem(piece.file, node?.loc.start.line ?? 1, `nobody uses "${name}": delete it`),
      ),
  );
}
