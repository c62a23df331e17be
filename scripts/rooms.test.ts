import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './run.mjs';

/** Folders of a package, the highest first: each imports only from folders after it. */
const ROOMS: readonly (readonly [string, readonly string[]])[] = [
  [
    'packages/queue/src',
    [
      'tenancy',
      'scheduling',
      'recording',
      'following',
      'inspection',
      'claiming',
      'emitting',
      'delivery',
      'admission',
      'protocol',
      'timing',
      'generated',
    ],
  ],
  [
    'packages/worker/src',
    ['claiming', 'settling', 'attempts', 'handlers', 'journal', 'reporting', 'timing'],
  ],
  [
    'packages/persistence/src',
    ['recording', 'history', 'usage', 'outbox', 'tenants', 'migrating', 'embedded', 'connecting'],
  ],
  [
    'packages/guarantee/src',
    [
      'everything',
      'soak',
      'promises',
      'scenario',
      'programs',
      'load',
      'target',
      'faults',
      'checks',
      'journal',
      'schedule',
    ],
  ],
];

/** The contract between queue and worker: any folder may import it, because it imports none. */
const CONTRACT = 'broker.ts';

/** Returns the imports of each file within the package, including types. */
function importsOf(source: string): Map<string, string[]> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  const imports = files.map((file): [string, string[]] => {
    const text = readFileSync(join(source, file), 'utf8');
    const paths = [...text.matchAll(/ from '(\.[^']+)'/g)].map(([, path = '']) => path);
    return [file, paths.map((path) => relative(source, join(source, dirname(file), path)))];
  });
  return new Map(imports);
}

/** Returns the files of an import cycle, undefined without one. */
function cycleIn(imports: Map<string, string[]>): string[] | undefined {
  const known = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    const start = path.indexOf(file);
    if (start !== -1) return [...path.slice(start), file];
    if (known.has(file)) return undefined;
    const found = (imports.get(file) ?? []).map((next) => visit(next, [...path, file]));
    known.add(file);
    return found.find((each) => each !== undefined);
  };
  return [...imports.keys()].map((file) => visit(file, [])).find((each) => each !== undefined);
}

const sources = ['packages', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}/src`))
  .filter((source) => !source.includes('.md'));

it.each([...sources, 'bench/src'])('%s has no import cycle, not even of types', (source) => {
  const imports = importsOf(join(root, source));
  expect(imports.size).toBeGreaterThan(0);
  expect(cycleIn(imports)).toBeUndefined();
});

it('finds a cycle', () => {
  const imports = new Map([
    ['a.ts', ['b.ts']],
    ['b.ts', ['c.ts']],
    ['c.ts', ['b.ts']],
  ]);
  expect(cycleIn(imports)).toEqual(['b.ts', 'c.ts', 'b.ts']);
});

it.each(ROOMS)('a folder of %s imports only from folders below it', (source, rooms) => {
  const upward = [...importsOf(join(root, source))].flatMap(([file, imports]) =>
    imports.filter((path) => isUpward(file, path, rooms)).map((path) => `${file} → ${path}`),
  );
  expect(upward).toEqual([]);
});

function isUpward(file: string, path: string, rooms: readonly string[]): boolean {
  const [from, to] = [file, path].map((each) => each.split('/').at(-2) && each.split('/')[0]);
  if (from === undefined || path === CONTRACT) return false;
  return to === undefined || rooms.indexOf(to) < rooms.indexOf(from);
}
