// `npm test`: every check, then every test, and one line that sums them up.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root, run } from './run.mjs';
import { bold, green, red, say, step } from './terminal.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const node = process.execPath;
const report = join(root, 'coverage', 'tests.json');

const CHECKS = {
  lint: [bin('oxlint'), '--type-aware', '--deny-warnings'],
  format: [bin('prettier'), '--check', '.'],
  layers: [...pnpm, 'exec', 'turbo', 'boundaries'],
  'types of tests': [bin('tsc'), '-p', 'scripts/tsconfig.tests.json'],
  'embedded scripts are current': [node, 'packages/queue/scripts/embed-lua.mjs', '--check'],
  'generated documents are current': [node, 'scripts/generate-docs.mjs', '--check'],
  'packages are publishable': [node, 'scripts/check-packages.mjs'],
};

export async function test(args) {
  const checks = args.length === 0 ? await runChecks() : { passed: 0, failed: 0 };
  const tests = await runTests(args);
  const passed = checks.passed + tests.passed;
  const failed = checks.failed + tests.failed;
  say(`${bold(`${passed} passed`)}, ${(failed === 0 ? green : red)(`${failed} failed`)}`);
  return failed === 0 ? 0 : 1;
}

async function runChecks() {
  let passed = 0;
  for (const [label, command] of Object.entries(CHECKS)) {
    let output = '';
    const ok = await step(label, async () => {
      const result = await run(command, { env: { TURBO_TELEMETRY_DISABLED: '1' } });
      output = result.output;
      return result.code === 0;
    });
    if (ok) passed += 1;
    else say(output.trimEnd());
  }
  return { passed, failed: Object.keys(CHECKS).length - passed };
}

/** A run that breaks off, or whose coverage is too low, counts as one failure more than it reports. */
async function runTests(args) {
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const coverage = args.length === 0 ? ['--coverage'] : [];
  const command = [bin('vitest'), 'run', ...reporters, ...coverage, ...args];
  const { code } = await run(command, { show: true });
  const { passed, failed } = readReport();
  return { passed, failed: failed + (code !== 0 && failed === 0 ? 1 : 0) };
}

function readReport() {
  try {
    const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numTotalTests - numPassedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
