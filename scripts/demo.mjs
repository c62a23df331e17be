// `npm run demo`: the example services on real documents.
import { join } from 'node:path';
import { root, run } from './run.mjs';

export async function demo(args) {
  const main = join(root, 'examples', 'demo', 'dist', 'main.js');
  const { code } = await run([process.execPath, main, ...args], { show: true });
  return code;
}
