// The public exports of the packages, read by the compiler from their built declarations.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-api';
import { root } from '../run.mjs';

/** Program of this repository, with no API. */
const WITHOUT_API = new Set(['guarantee']);

/** Returns the names of the packages with a public API. */
export function packages() {
  return readdirSync(join(root, 'packages')).filter(
    (name) => !WITHOUT_API.has(name) && existsSync(join(root, 'packages', name, 'package.json')),
  );
}

/** Returns the entry points of a package: name to import, declaration file. */
function entriesOf(name) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.entries(manifest.exports).flatMap(([path, { types }]) =>
    types
      ? [{ entry: `${manifest.name}${path.slice(1)}`, file: join(root, 'packages', name, types) }]
      : [],
  );
}

/** Returns the checker, and each export with its package, entry point, name and symbol, in order of name. */
export function readExports() {
  const entries = packages().flatMap((name) =>
    entriesOf(name).map((entry) => ({ package: name, ...entry })),
  );
  const program = ts.createProgram({
    rootNames: entries.map(({ file }) => file),
    options: {
      allowImportingTsExtensions: true,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      noEmit: true,
      skipLibCheck: true,
      strict: true,
      target: ts.ScriptTarget.ES2023,
      types: [],
    },
  });
  const checker = program.getTypeChecker();
  const found = entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry.file));
    return checker.getExportsOfModule(module).map((symbol) => ({
      ...entry,
      name: symbol.name,
      symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    }));
  });
  return { checker, exports: found.toSorted((a, b) => a.name.localeCompare(b.name, 'en')) };
}
