// The scripts of `lua/` in the form in which they are sent to Redis.
import { bundle } from './lua-bundle.mjs';
import { check, LIMITS } from './lua-check.mjs';
import { modulesOf } from './lua-modules.mjs';
import { assertCompiles } from './lua-upvalues.mjs';

export { LIMITS };

/**
 * Returns name, keys and text of each script, by name. `files` are texts by their path in `lua/`, `codes` and `stems` are the
 * contents of `codes.json` and `stems.json`. Throws an Error that lists all problems.
 */
export function scriptsOf(files, codes, stems = {}) {
  const modules = modulesOf(files, codes);
  check(modules);
  const scripts = modules.scripts.map((script) => ({
    name: script.name,
    ...bundle(script, stems),
  }));
  for (const { name, lua } of scripts) {
    assertShort(name, lua.split('\n').length - 1);
    assertCompiles(name, lua);
  }
  return scripts.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function assertShort(name, lines) {
  if (lines <= LIMITS.script) return;
  throw new Error(
    `lua/${name}: ${lines} lines with all it uses, of which it may have ${LIMITS.script}`,
  );
}
