// Programs of this repository, by the name of their root script.
import { join } from 'node:path';
import { root, run } from './run.mjs';

export const PROGRAMS = {
  demo: 'examples/demo/dist/main.js',
  guarantee: 'packages/guarantee/dist/cli.js',
  soak: 'packages/guarantee/dist/soak/cli.js',
  bench: 'bench/dist/cli.js',
  docs: 'scripts/generate-docs.mjs',
};

/** Runs a program with its output on the terminal. Returns its exit code. */
export async function runProgram(name, args) {
  const command = [process.execPath, join(root, PROGRAMS[name]), ...args];
  const { code } = await run(command, { show: true });
  return code;
}
