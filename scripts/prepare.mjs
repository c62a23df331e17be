// Installs packages and builds if necessary. Prints to stderr, because the program that follows may print JSON to stdout.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root, run } from './run.mjs';
import { note, took } from './terminal.mjs';

const MIN_NODE = [20, 19];

export async function prepare() {
  assertNode();
  await install();
  await build();
}

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [minMajor, minMinor] = MIN_NODE;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return;
  throw new Error(
    `Node ${process.versions.node} is too old: Nooble needs ${MIN_NODE.join('.')} or newer.`,
  );
}

/** Does nothing if the lockfile has not changed since the last installation. */
async function install() {
  const stamp = join(root, 'node_modules', '.nooble-installed');
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (readOr(stamp) === digest) return;
  note('Installing packages (this can take a minute the first time)');
  await runOrThrow('install', [...pnpm, 'install', '--frozen-lockfile', '--prefer-offline']);
  writeFileSync(stamp, digest);
}

async function build() {
  await runOrThrow('build', [join(root, 'node_modules', '.bin', 'tsc'), '-b']);
}

/** Runs a command and prints its duration if it took more than a second. Throws with its output if it fails. */
async function runOrThrow(label, command) {
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
