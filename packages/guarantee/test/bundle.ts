import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const breaker = fileURLToPath(new URL('./broken-build.mjs', import.meta.url));

/** Which module defines what can be broken, and the call that breaks it. */
const BREAKABLE = [
  [/queue\/dist\/generated\/scripts\.js$/, 'breakScripts', 'SCRIPTS'],
  [/worker\/dist\/base-worker\.js$/, 'breakHealth', 'BaseWorker'],
  [/queue\/dist\/claiming\/settler\.js$/, 'breakSettling', 'Settler'],
] as const;

/** A copy of the harness in a few files. */
export interface Bundle {
  /** Path of the program. */
  readonly cli: string;
  remove(): void;
}

/**
 * Bundles the built program and its actors. A run starts some twenty processes, and each spends most of its processor
 * time on loading hundreds of modules; from a bundle it spends half. A breakable one reads `BROKEN`, see
 * `broken-build.mjs`.
 */
export async function bundle({ isBreakable }: { isBreakable: boolean }): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'nooble-bundle-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const actors = readdirSync(join(dist, 'actors')).filter((name) => name.endsWith('.js'));
  await build({
    entryPoints: ['cli.js', ...actors.map((name) => `actors/${name}`)].map((name) => dist + name),
    plugins: isBreakable ? [breakable] : [],
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outbase: dist,
    outdir: join(folder, 'dist'),
    logLevel: 'error',
  });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { cli: join(folder, 'dist', 'cli.js'), remove };
}

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
