// The scripts of `lua/` and the pieces each of them reaches, in an order in which all stand after what they use.
//
//   cancel.lua          a script without pieces of its own
//   claim/claim.lua     a script with pieces of its own, which stand beside it
//   rules/clock.lua     what several scripts share
//   claim/usual.lua     what runs before the rest of a script is even made: if it returns something, that is the result
//   codes.json          names of what scripts return; pieces take them as from a piece `codes`
import { codesPiece } from './lua-codes.mjs';
import { problem, readPiece } from './lua-piece.mjs';

const SHARED = 'rules';
const USUAL = 'usual';

/** Returns the scripts of these files (path → text), each with its pieces in order. Throws an Error that lists all problems. */
export function modulesOf(files, codes) {
  const pieces = Object.entries(files).map(([file, text]) => readPiece(file, text));
  const byFile = new Map(pieces.map((piece) => [piece.file, piece]));
  const shared = codesPiece(codes);
  const sourceOf = (piece, source) => {
    if (source === shared.name) return shared;
    const beside = byFile.get(`${folderOf(piece)}/${source}.lua`);
    return beside ?? byFile.get(`${SHARED}/${source}.lua`);
  };
  const problems = [];
  const scripts = pieces.filter(isEntry).map((entry) => {
    const usual = byFile.get(`${entry.name}/${USUAL}.lua`);
    const first = usual ? inOrder(usual, { sourceOf, problems }) : [];
    const all = [...first, ...inOrder(entry, { sourceOf, problems })];
    return { name: entry.name, entry, usual, first, pieces: [...new Set(all)] };
  });
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'));
  return { scripts, pieces, byFile, sourceOf, codes: shared };
}

const folderOf = ({ file }) => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '');
export const isEntry = (piece) => ['', piece.name].includes(folderOf(piece));

/** Returns the entry and all pieces it uses, dependencies first. */
function inOrder(entry, { sourceOf, problems }) {
  const ordered = [];
  const visit = (piece, path) => {
    if (ordered.includes(piece)) return;
    for (const { source, line } of piece.from) {
      const next = sourceOf(piece, source);
      const names = [...path, piece, next].map((each) => each?.name);
      if (!next) problems.push(problem(piece.file, line, unknown(piece, source)));
      else if (path.includes(next) || piece === next) problems.push(circle(piece, line, names));
      else visit(next, [...path, piece]);
    }
    ordered.push(piece);
  };
  visit(entry, []);
  return ordered;
}

function unknown(piece, source) {
  const where = [folderOf(piece), SHARED].filter(Boolean).map((folder) => `lua/${folder}`);
  return `there is no piece "${source}" in ${[...new Set(where)].join(' or ')}`;
}

const circle = (piece, line, names) =>
  problem(
    piece.file,
    line,
    `a circle, ${names.slice(names.indexOf(names.at(-1))).join(' → ')}: move what both need into a separate piece`,
  );

/** Returns problems for pieces that no other piece uses, or that are in the wrong folder. */
export function misplaced({ pieces, scripts, byFile }) {
  return pieces.flatMap((piece) => {
    const users = scripts.filter((script) => script.pieces.includes(piece)).map(({ name }) => name);
    const [folder, say] = [folderOf(piece), (text) => [problem(piece.file, 1, text)]];
    if (users.length === 0) return say('no script uses it: delete it, or say who takes from it');
    if (folder === SHARED && users.length === 1)
      return say(`only ${users[0]} uses it: move it to lua/${users[0]}`);
    if (folder !== SHARED && !isEntry(piece) && byFile.has(`${SHARED}/${piece.name}.lua`))
      return say(`lua/${SHARED} has a piece of that name: rename one`);
    return [];
  });
}
