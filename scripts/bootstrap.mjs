// What a newcomer types: `npm run demo`, `npm test` and the like. Needs Node and npm only; installs the rest.
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
// pnpm hands on the `--` that npm takes away.
const args = rest[0] === '--' ? rest.slice(1) : rest;

try {
  await prepare();
  process.exitCode = name === 'test' ? await test(args) : await runProgram(name, args);
} catch (error) {
  fail(error.message);
}
