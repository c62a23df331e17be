// Checks that every package works when it is installed, with publint and Are The Types Wrong.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pnpm, run } from './run.mjs';

/** Kinds of resolution without ES modules, the only format of the packages. */
const UNSUPPORTED = ['node10', 'node16-cjs'];

const folder = mkdtempSync(join(tmpdir(), 'nooble-publishable-'));

try {
  const every = ['--recursive', '--filter', './packages/*'];
  const packed = await run([...pnpm, ...every, 'pack', '--pack-destination', folder]);
  if (packed.code !== 0) fail('pack', [packed.output]);
  // One after the other in one process, because most of the time is spent on loading a compiler.
  for (const name of readdirSync(folder))
    await checkTarball(name, readFileSync(join(folder, name)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function checkTarball(name, tarball) {
  const bytes = new Uint8Array(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  fail(
    `publint ${name}`,
    messages.map((message) => formatMessage(message, pkg, { color: false })),
  );
  const { types, problems = [] } = await checkPackage(createPackageFromTarballData(bytes));
  const relevant = problems.filter(({ resolutionKind }) => !UNSUPPORTED.includes(resolutionKind));
  const reasons = relevant.map((problem) => JSON.stringify(problem));
  fail(`types of ${name}`, types ? reasons : ['the package has no types']);
}

function fail(label, reasons) {
  if (reasons.length === 0) return;
  process.exitCode = 1;
  console.log(`${label} failed:\n${reasons.join('\n')}`);
}
