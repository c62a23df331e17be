// What a newcomer types: `npm run demo` and `npm test`. Needs Node and npm only; installs the rest.
import { demo } from './demo.mjs';
import { prepare } from './prepare.mjs';
import { fail } from './terminal.mjs';
import { test } from './test.mjs';

const COMMANDS = { demo, test };
const USAGE = `Usage: npm run demo [-- --docs <folder> --ask "<question>" | --help]
       npm test [-- <test files>]`;

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) fail(`Unknown command "${name ?? ''}".\n${USAGE}`);

try {
  await prepare();
  process.exitCode = await command(args);
} catch (error) {
  fail(error.message);
}
