// `npm test`: runs all checks and all tests concurrently, and prints a summary.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { root, run } from './run.mjs';
import { bold, green, red, say } from './terminal.mjs';

const vitest = join(root, 'node_modules', '.bin', 'vitest');
const report = join(root, 'coverage', 'tests.json');
const progress = join(root, 'scripts', 'test-progress.mjs');

export async function test(args) {
  const isWhole = args.length === 0;
  const [checks, tests] = await Promise.all([
    isWhole ? runChecks() : { passed: 0, failed: [] },
    runTests(isWhole ? [`--reporter=${progress}`] : ['--reporter=default', ...args]),
  ]);
  const passed = checks.passed + tests.passed;
  const failed = [...checks.failed, ...tests.failed];
  for (const name of failed) say(`${red('✗')} ${name}`);
  const count = failed.length;
  say(`${bold(`${passed} passed`)}, ${(count === 0 ? green : red)(`${count} failed`)}`);
  return count === 0 ? 0 : 1;
}

/** Counts a run that aborts, or covers too few lines, as one more failure than it reports. */
async function runTests(args) {
  rmSync(report, { force: true });
  const json = ['--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run([vitest, 'run', ...json, ...args], { show: true });
  const { numPassedTests: passed = 0, testResults = [] } = read(report) ?? {};
  const failed = testResults.flatMap(failuresOf);
  if (code !== 0 && failed.length === 0) failed.push('the test run itself: see the error above');
  return { passed, failed };
}

/** Returns the names of failed tests, or of the file if it could not be loaded. */
function failuresOf({ name, status, assertionResults }) {
  const file = name.replace(root, '');
  const failed = assertionResults.filter((each) => each.status === 'failed');
  if (failed.length > 0) return failed.map(({ fullName }) => `${file}: ${fullName}`);
  return status === 'failed' ? [file] : [];
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
