// Joins the pieces of one script, without comments and without what this script does not use.
/** Pieces that most others use. */
const BASE = new Set(['many', 'state', 'clock', 'fields', 'counts', 'header']);

/**
 * Returns the keys of a script, in the order in which its text takes them, and its text. Every call creates the functions of
 * a script again, so it contains only those it needs, and those of the general case are not created if the usual case
 * applies. Lua resolves names of an enclosing function directly, but its own locals by a linear search, so keys and base
 * pieces enclose the rest. A function may use 60 names of those that enclose it, so only what the usual case needs of a piece
 * stands before the rest.
 */
export function bundle({ entry, usual, first, pieces }, stems) {
  const live = liveIn([entry, ...(usual ? [usual] : [])], pieces);
  const refs = keysIn(pieces, live);
  const { keys, bindings } = bind(refs, stems);
  const early = usual ? liveIn([usual], pieces) : new Set();
  const late = new Set([...live].filter((each) => !early.has(each)));
  const rest = nested(
    textOf(
      pieces.filter((piece) => !isBase(piece)),
      late,
    ),
  );
  const base = nested(textOf(pieces.filter(isBase), late) + rest);
  if (!usual) return { keys, lua: bindings + base };
  const before = textOf(
    first.filter((piece) => piece !== usual),
    early,
  );
  return { keys, lua: bindings + nested(before + tried(textOf([usual], early)) + base) };
}

const tried = (usual) =>
  `local result = (function()\n${usual}end)()\nif result then return result end\n`;

export const isBase = ({ name }) => BASE.has(name);

function textOf(pieces, live) {
  const texts = pieces.flatMap((piece) =>
    piece.statements.filter((each) => live.has(each)).map(({ node }) => `${bare(piece, node)}\n`),
  );
  return texts.join('');
}

const nested = (lua) => `return (function()\n${lua}end)()\n`;

/**
 * Returns the statements of the entries and of the pieces they use; of the latter only those that are used or have an
 * effect.
 */
function liveIn(entries, pieces) {
  const ownersFor = ownersIn(pieces);
  const live = new Set();
  const entered = new Set();
  const enter = (piece) => {
    if (entered.has(piece)) return;
    entered.add(piece);
    for (const each of piece.statements) if (!isNeededOnlyIfUsed(each)) keep(piece, each);
  };
  const keep = (piece, statement) => {
    if (live.has(statement)) return;
    live.add(statement);
    const owners = ownersFor(piece);
    for (const { name } of statement.uses) {
      const owner = owners.get(name);
      if (!owner) continue;
      enter(owner.piece);
      keep(owner.piece, owner.statement);
    }
  };
  for (const each of entries) enter(each);
  return live;
}

/** Returns, for each piece, the statements of the names that it uses: its own, or those of the pieces that it takes names from. */
function ownersIn(pieces) {
  const declaredIn = new Map(
    pieces.map((piece) => [
      piece.name,
      piece.statements.flatMap((statement) =>
        statement.declares.map((name) => [name, { piece, statement }]),
      ),
    ]),
  );
  const owners = new Map();
  return (piece) => {
    let own = owners.get(piece);
    if (!own) {
      const taken = piece.from.flatMap(({ source, names }) =>
        (declaredIn.get(source) ?? []).filter(([name]) => names.includes(name)),
      );
      owners.set(piece, (own = new Map([...taken, ...(declaredIn.get(piece.name) ?? [])])));
    }
    return own;
  };
}

/** True for a definition, which has no effect. */
const isNeededOnlyIfUsed = ({ node }) =>
  (node.type === 'FunctionDeclaration' && node.isLocal) ||
  (node.type === 'LocalStatement' && node.init.every(isPure));

const isPure = ({ type, fields = [] }) =>
  /^(Numeric|String|Boolean|Nil)Literal$/.test(type) ||
  (type === 'TableConstructorExpression' && fields.every(({ value }) => isPure(value)));

function keysIn(pieces, live) {
  const used = pieces.flatMap(({ keys, statements }) => {
    const names = new Set(
      statements
        .filter((each) => live.has(each))
        .flatMap(({ uses }) => uses.map(({ name }) => name)),
    );
    return keys.filter(({ name }) => names.has(name)).map(({ ref }) => ref);
  });
  return [...new Set(used)];
}

/**
 * Returns the keys that a call passes, and the text that binds their names. Keys per tenant, action, process or day have no
 * name before the script appends it: the script makes their stems from the root of the keyspace, which is passed once. So are
 * the keys that only some domains use, which a call of the others does not pass.
 */
function bind(refs, stems) {
  const isStem = (ref) => Object.hasOwn(stems, bareName(ref));
  const whole = refs.filter((ref) => !isStem(ref));
  const keys = whole.length < refs.length ? [...whole, 'root'] : whole;
  let next = 1;
  const taken = keys.map((ref) =>
    ref.endsWith('*')
      ? `local ${bareName(ref)} = {${TIERS.map(() => `KEYS[${next++}]`).join(', ')}}`
      : `local ${ref} = KEYS[${next++}]`,
  );
  const made = refs.filter(isStem).map((ref) => {
    const stem = stems[bareName(ref)];
    return ref.endsWith('*')
      ? `local ${bareName(ref)} = {${TIERS.map((tier) => `root .. '${stem}${tier}:'`).join(', ')}}`
      : `local ${ref} = root .. '${stem}'`;
  });
  return { keys, bindings: [...taken, ...made, ''].join('\n') };
}

const TIERS = [1, 2, 3, 4];

const bareName = (ref) => ref.replace('*', '');

/** Returns the text of a statement without its comments and the space before them. */
function bare({ text, comments }, { range: [start, end] }) {
  let at = start;
  let kept = '';
  for (const { range } of comments.filter((each) => each.range[0] >= at && each.range[1] <= end)) {
    kept = `${kept}${text.slice(at, range[0]).trimEnd()}`;
    at = range[1];
    if (/\S/.test(text[at] ?? '')) kept += ' ';
  }
  return kept + text.slice(at, end);
}
