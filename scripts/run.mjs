// Runs commands in the root folder of this repository.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The package manager in the version that package.json names, without a global installation. */
export const pnpm = ['npx', '--yes', manifest.packageManager];

const waitForChild = () => {};

/** Runs a command. Returns its exit code and output; with `show` the output goes to the terminal instead. */
export async function run([command, ...args], { show = false, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  const keep = (chunk) => (output += chunk);
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  // Ctrl-C and the end of the terminal reach the child as well. Waits for its cleanup and returns its exit code.
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', waitForChild).on('SIGHUP', waitForChild).on('SIGTERM', forward);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(127);
    });
    child.once('exit', (status) => resolve(status ?? 130));
  });
  process.off('SIGINT', waitForChild).off('SIGHUP', waitForChild).off('SIGTERM', forward);
  return { code, output };
}
