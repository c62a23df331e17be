// Reporter of vitest: prints one line when all files of a package have run, and each failure immediately.
import { relative } from 'node:path';
import { root } from './run.mjs';
import { clearStatus, dim, green, red, say, status } from './terminal.mjs';

/** Returns the package of a file, or its top folder if it belongs to no package. */
const partOf = (file) => /^(?:packages|examples)\/([^/]+)/.exec(file)?.[1] ?? file.split('/')[0];

export default class TestProgress {
  /** Remaining files, number of tests and start time of each part. */
  #parts = new Map();
  #running = new Set();
  #files = 0;
  #finished = 0;

  onTestRunStart(specifications) {
    this.#files = specifications.length;
    for (const { moduleId } of specifications) this.#partOf(moduleId).left += 1;
  }

  onTestModuleStart({ moduleId }) {
    this.#partOf(moduleId).startedMs ??= performance.now();
    this.#running.add(relative(root, moduleId));
    this.#showStatus();
  }

  onTestModuleEnd(module) {
    const file = relative(root, module.moduleId);
    const part = this.#partOf(module.moduleId);
    const tests = [...module.children.allTests()];
    const failed = tests.filter((test) => test.result().state === 'failed');
    for (const test of failed) sayFailure(`${file}: ${test.fullName}`, test.result().errors);
    if (module.errors().length > 0) sayFailure(file, module.errors());
    this.#running.delete(file);
    this.#finished += 1;
    part.left -= 1;
    part.tests += tests.length;
    part.failed += failed.length + module.errors().length;
    if (part.left === 0) sayPart(file, part);
    this.#showStatus();
  }

  onTestRunEnd(_modules, unhandledErrors) {
    clearStatus();
    for (const error of unhandledErrors) sayFailure('outside of a test', [error]);
  }

  #partOf(moduleId) {
    const name = partOf(relative(root, moduleId));
    if (!this.#parts.has(name)) this.#parts.set(name, { left: 0, tests: 0, failed: 0 });
    return this.#parts.get(name);
  }

  #showStatus() {
    const names = [...this.#running].map((file) => file.replace(/^packages\/|\.test\.ts$/g, ''));
    status(`${this.#finished} of ${this.#files} test files, running ${names.join(', ')}`);
  }
}

function sayPart(file, { tests, failed, startedMs }) {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const result = failed === 0 ? `${tests} tests` : red(`${failed} of ${tests} tests failed`);
  say(`${failed === 0 ? green('✓') : red('✗')} ${partOf(file)} ${result} ${dim(`${seconds} s`)}`);
}

function sayFailure(name, errors = []) {
  say(`${red('✗')} ${name}`);
  for (const { message, diff, stack = '' } of errors) {
    const frames = stack
      .split('\n')
      .filter((line) => /^ +(at|❯) /.test(line) && !line.includes('node_modules'));
    say(
      [message, diff, ...frames.slice(0, 3)].filter(Boolean).join('\n').replaceAll(/^/gm, '    '),
    );
  }
}
