// Entry point of `npm test`, `npm run demo` and similar. Requires only Node and npm; installs everything else.
import { prepare } from './prepare.mjs';
import { PROGRAMS, runProgram } from './programs.mjs';
import { fail } from './terminal.mjs';
import { test } from './test.mjs';

const USAGE = `Usage: npm run ${Object.keys(PROGRAMS).join('|')} [-- <options>]
       npm test [-- <test files>]`;

const [name, ...rest] = process.argv.slice(2);
if (name !== 'test' && !Object.hasOwn(PROGRAMS, name ?? '')) {
  fail(`Unknown command "${name ?? ''}".\n${USAGE}`);
}
// pnpm passes the `--` on, npm removes it.
const args = rest[0] === '--' ? rest.slice(1) : rest;

try {
  await prepare();
  process.exitCode = name === 'test' ? await test(args) : await runProgram(name, args);
} catch (error) {
  fail(error.message);
}
