// Installs and builds, as far as needed. Progress goes to stderr: what follows may print JSON.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root, run } from './run.mjs';
import { note, took } from './terminal.mjs';

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
  note('Installing packages (the first time this takes a little)');
  await must('install', [...pnpm, 'install', '--frozen-lockfile', '--prefer-offline']);
  writeFileSync(stamp, digest);
}

async function build() {
  await must('build', [join(root, 'node_modules', '.bin', 'tsc'), '-b']);
}

/** Says nothing of what had nothing to do. */
async function must(label, command) {
  const started = performance.now();
  const { code, output } = await run(command, { env: { CI: '1' } });
  if (code !== 0) throw new Error(`Cannot ${label}:\n${output.slice(-4000)}`);
  if (performance.now() - started > 1_000) note(took(true, label, started));
}

function readOr(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
