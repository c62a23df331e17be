import { existsSync } from 'node:fs';
import { cp, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inject } from 'vitest';

const examples = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(inject('sharedFolder'), 'demo');
const names = ['demo', 'embedding-service', 'query-service', 'gateway'] as const;
type Name = (typeof names)[number];

// The tests start some fifty processes; one that loads 900 modules one by one takes twice the processor time.
if (!existsSync(folder)) await bundle();

/** Returns the main file of an example, bundled. */
export function programOf(name: Name): string {
  return join(packageIn(folder, name), 'dist', 'main.js');
}

/** The demo resolves the services as packages. */
function packageIn(root: string, name: Name): string {
  return join(root, 'node_modules', '@nooble-examples', name);
}

async function bundle(): Promise<void> {
  const own = `${folder}-${process.pid}`;
  for (const name of names) {
    await cp(join(examples, name, 'package.json'), join(packageIn(own, name), 'package.json'));
  }
  await build({
    entryPoints: names.map((name) => join(examples, name, 'dist', 'main.js')),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outbase: examples,
    outdir: join(own, 'node_modules', '@nooble-examples'),
    logLevel: 'error',
  });
  // An optional package, which a bundle never contains.
  const optional = join('node_modules', 'js-redis-server');
  await symlink(join(examples, 'demo', optional), join(own, optional));
  // Another process may have been first.
  await rename(own, folder).catch((error: unknown) => {
    if (!existsSync(folder)) throw error;
  });
}
