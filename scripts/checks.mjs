// The checks of `npm test` other than the tests, by the name in its output.
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { say, took } from './terminal.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const node = process.execPath;

const CHECKS = {
  lint: [bin('oxlint'), '--type-aware', '--deny-warnings'],
  format: [bin('oxfmt'), '--check'],
  layers: [bin('turbo'), 'boundaries'],
  'types of tests': [bin('tsc'), '-p', 'scripts/tsconfig.tests.json'],
  'embedded scripts are current': [node, 'packages/queue/scripts/embed-lua.mjs', '--check'],
  'generated documents are current': [node, 'scripts/generate-docs.mjs', '--check'],
  'packages are publishable': [node, 'scripts/check-packages.mjs'],
};

/** Runs the checks one after the other and prints each result. Returns the number of passed checks and the names of the others. */
export async function runChecks() {
  const failed = [];
  for (const [name, command] of Object.entries(CHECKS)) {
    const started = performance.now();
    const { code, output } = await run(command, { env: { TURBO_TELEMETRY_DISABLED: '1' } });
    say(took(code === 0, name, started));
    if (code === 0) continue;
    failed.push(name);
    say(output.trimEnd());
  }
  return { passed: Object.keys(CHECKS).length - failed.length, failed };
}
