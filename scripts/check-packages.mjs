// Whether every package would work for those who install it: publint and Are The Types Wrong.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pnpm, run } from './run.mjs';

/** Ways of resolving that know no ES modules, which is all there is. */
const NOT_SERVED = ['node10', 'node16-cjs'];

const folder = mkdtempSync(join(tmpdir(), 'nooble-publishable-'));

try {
  const every = ['--recursive', '--filter', './packages/*'];
  const packed = await run([...pnpm, ...every, 'pack', '--pack-destination', folder]);
  if (packed.code !== 0) failed('pack', [packed.output]);
  // One after the other, in one process: most of their time is loading a compiler.
  for (const name of readdirSync(folder))
    await checkTarball(name, readFileSync(join(folder, name)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function checkTarball(name, tarball) {
  const bytes = new Uint8Array(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  failed(
    `publint ${name}`,
    messages.map((message) => formatMessage(message, pkg, { color: false })),
  );
  const { types, problems = [] } = await checkPackage(createPackageFromTarballData(bytes));
  const served = problems.filter(({ resolutionKind }) => !NOT_SERVED.includes(resolutionKind));
  failed(`types of ${name}`, types ? served.map((problem) => JSON.stringify(problem)) : ['none']);
}

function failed(label, reasons) {
  if (reasons.length === 0) return;
  process.exitCode = 1;
  console.log(`${label} failed:\n${reasons.join('\n')}`);
}
