import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import { root } from './run.mjs';

/** Maximum sizes. Decision 1 states them; oxlint checks those of files, functions and parameters. */
const LIMITS = {
  classLines: 150,
  publicMethods: 12,
  optionFields: 15,
  rootScripts: 12,
  rootEntries: 26,
} as const;

interface Found {
  readonly name: string;
  readonly size: number;
}

/** A node of the syntax tree, with the fields that are read here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name: string } | null;
  readonly key?: { readonly type: string };
  readonly kind?: string;
  readonly accessibility?: string | null;
  readonly body?: { readonly body: readonly Node[] };
  /** Of an export. */
  readonly declaration?: Node | null;
}

/** Texts of all source files. */
const sources = filesMatching('*.ts')
  .filter((file) => !/\.test\.ts$|\.d\.ts$|\/test\/|generated\//.test(file))
  .map((file) => readFileSync(join(root, file), 'utf8'));

it('no class of the sources is longer than its limit', () => {
  const long = sources.flatMap(classesIn).filter(({ size }) => size > LIMITS.classLines);
  expect(long).toEqual([]);
});

it('no class of the sources has more public methods than its limit', () => {
  const wide = sources.flatMap(methodsIn).filter(({ size }) => size > LIMITS.publicMethods);
  expect(wide).toEqual([]);
});

it('no type of options has more fields of its own than its limit', () => {
  const wide = sources.flatMap(optionsIn).filter(({ size }) => size > LIMITS.optionFields);
  expect(wide).toEqual([]);
});

it('the root has no more scripts and entries than their limits', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: object;
  };
  const entries = new Set(filesMatching('.').map((file) => file.split('/')[0]));
  expect(Object.keys(scripts).length).toBeLessThanOrEqual(LIMITS.rootScripts);
  expect(entries.size).toBeLessThanOrEqual(LIMITS.rootEntries);
});

it('the limits are those of the decision, and the linter checks the others', () => {
  const page = readFileSync(join(root, 'docs/decisions/0001-scripts-share-one-rule.md'), 'utf8');
  const text = page.replaceAll('\n', ' ');
  const { rules } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as {
    rules: Record<string, readonly [string, { max: number }]>;
  };
  const max = (name: string) => rules[name]?.[1].max;
  for (const stated of [
    `at most ${max('max-lines')} lines per file`,
    `${max('max-lines-per-function')} per function`,
    `${LIMITS.classLines} per class`,
    `${LIMITS.publicMethods} public methods`,
    `${max('max-params')} positional parameters`,
    `${LIMITS.optionFields} fields of its own`,
    `${LIMITS.rootScripts} scripts and ${LIMITS.rootEntries} entries`,
  ])
    expect(text).toContain(stated);
});

it('finds classes, their public methods and the fields of options', () => {
  const source = `export class Long {
    #a = 1;
    constructor() {}
    get size(): number { return 1; }
    first(): void {}
    static second(): void {}
    private third(): void {}
    #fourth(): void {}
  }
  export type LongOptions = { readonly one?: 1 } & ({ readonly two: 2 } | { readonly three: 3 });
  interface ShortOptions extends Long { readonly one: 1 }`;
  expect(classesIn(source)).toEqual([{ name: 'Long', size: 9 }]);
  expect(methodsIn(source)).toEqual([{ name: 'Long', size: 2 }]);
  expect(optionsIn(source)).toEqual([
    { name: 'LongOptions', size: 3 },
    { name: 'ShortOptions', size: 1 },
  ]);
});

function classesIn(text: string): Found[] {
  return declarations(text, ['ClassDeclaration']).map(({ id, start, end }) => ({
    name: id?.name ?? '',
    size: text.slice(start, end).split('\n').length,
  }));
}

/** Without accessors, which are read like fields. */
function methodsIn(text: string): Found[] {
  return declarations(text, ['ClassDeclaration']).map(({ id, body }) => ({
    name: id?.name ?? '',
    size: (body?.body ?? []).filter(isPublicMethod).length,
  }));
}

function isPublicMethod({ type, kind, key, accessibility }: Node): boolean {
  const isPublic = key?.type !== 'PrivateIdentifier' && accessibility !== 'private';
  return type === 'MethodDefinition' && kind === 'method' && isPublic;
}

/** Own fields: not those of a type that is extended or intersected. */
function optionsIn(text: string): Found[] {
  const types = declarations(text, ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration']);
  return types
    .filter(({ id }) => id?.name.endsWith('Options'))
    .map((type) => ({ name: type.id?.name ?? '', size: nodesIn(type).filter(isField).length }));
}

function isField({ type }: Node): boolean {
  return type === 'TSPropertySignature' || type === 'TSMethodSignature';
}

/** Syntax trees by source text. */
const trees = new Map<string, readonly Node[]>();

/** Declarations at the top level, exported or not. */
function declarations(text: string, types: readonly string[]): Node[] {
  const options = { lang: 'ts' } as Parameters<typeof parseAst>[1];
  const tree = trees.get(text) ?? (parseAst(text, options).body as unknown as readonly Node[]);
  trees.set(text, tree);
  return tree
    .map((statement) => statement.declaration ?? statement)
    .filter(({ type }) => types.includes(type));
}

function nodesIn(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(nodesIn);
  return 'type' in value && 'start' in value ? [value as unknown as Node, ...inside] : inside;
}

function filesMatching(pattern: string): string[] {
  const listed = execFileSync('git', ['ls-files', pattern], { cwd: root, encoding: 'utf8' });
  return listed.trim().split('\n');
}
