// Installs and builds, as far as needed.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root, run } from './run.mjs';
import { say, step } from './terminal.mjs';

const LEAST_NODE = [20, 19];

export async function prepare() {
  assertNode();
  await install();
  await build();
}

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [least, leastMinor] = LEAST_NODE;
  if (major > least || (major === least && minor >= leastMinor)) return;
  throw new Error(
    `Node ${process.versions.node} is too old: Nooble needs ${LEAST_NODE.join('.')} or newer.`,
  );
}

/** Skipped while the lockfile is the one that was installed last. */
async function install() {
  const stamp = join(root, 'node_modules', '.nooble-installed');
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (readOr(stamp) === digest) return;
  say('Installing packages (the first time this takes a little)');
  await must('install', [...pnpm, 'install', '--frozen-lockfile', '--prefer-offline']);
  writeFileSync(stamp, digest);
}

async function build() {
  await must('build', [join(root, 'node_modules', '.bin', 'tsc'), '-b']);
}

async function must(label, command) {
  let result = { code: 1, output: '' };
  await step(label, async () => {
    result = await run(command, { env: { CI: '1' } });
    return result.code === 0;
  });
  if (result.code !== 0) throw new Error(`Cannot ${label}:\n${result.output.slice(-4000)}`);
}

function readOr(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
