// A limit of Lua 5.1 that otherwise shows only when Redis compiles a script.
import luaparse from 'luaparse';
import { LUA } from './lua-check.mjs';
import { statementsOf } from './lua-scope.mjs';

/** Maximum names of enclosing functions that one function may use (LUAI_MAXUPVALUES). */
const MAX_UPVALUES = 60;

/** Throws an Error if a function of a script uses more names of those that enclose it than Lua permits. */
export function assertCompiles(name, lua) {
  const chunk = luaparse.parse(lua, { luaVersion: '5.1', locations: true });
  for (const node of functionsIn(chunk)) {
    const names = upvaluesOf(node);
    if (names.length <= MAX_UPVALUES) continue;
    const subject = node.identifier
      ? `function "${node.identifier.name}"`
      : 'the enclosing function';
    throw new Error(
      `lua/${name}: ${subject} at line ${node.loc.start.line} of the script uses ${names.length} names of those around it, ` +
        `of which Lua permits ${MAX_UPVALUES}: pass some as parameters, or join some in a table. They are ${names.join(', ')}`,
    );
  }
}

function functionsIn(node) {
  const inner = Object.values(node)
    .flat()
    .filter((value) => typeof value?.type === 'string')
    .flatMap(functionsIn);
  return node.type === 'FunctionDeclaration' ? [node, ...inner] : inner;
}

/** A function that calls itself uses its own name as one of those around it. */
function upvaluesOf(node) {
  const [{ uses }] = statementsOf({ body: [{ ...node, identifier: null, isLocal: false }] });
  return [...new Set(uses.map(({ name }) => name))].filter((name) => !LUA.has(name));
}
