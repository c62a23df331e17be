import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { BenchResult } from '../src/result.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Generous timeout (ms), because other tests run at the same time. */
const PATIENCE_MS = 240_000;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built bench in its own process; interrupts it after its first output. */
async function bench(
  args: readonly string[],
  { interruptAt }: { interruptAt?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    if (interruptAt === undefined || child.killed || !err.includes(interruptAt)) return;
    child.kill('SIGINT');
  });
  const [code] = (await once(child, 'exit')) as [number];
  return { code, out, err };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nooble-bench-'));
  onTestFinished(async () => rm(path, { recursive: true, force: true }));
  return path;
}

it(
  'measures scenarios side by side and writes what it prints',
  async () => {
    const out = join(await folder(), 'result.json');
    const only = 'enqueue,process_c50,memory';
    const ended = await bench(['--quick', '--json', '--only', only, '--out', out]);
    expect(ended).toMatchObject({ code: 0, err: '' });
    const result = JSON.parse(ended.out) as BenchResult;
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual(result);
    expect(Object.keys(result.scenarios)).toEqual(only.split(','));
    expect(result.scenarios['enqueue']).toMatchObject({
      quick: true,
      pairs: 1,
      ratio: expect.any(Number),
      ratios: { 'bee-queue': expect.any(Number), floor: expect.any(Number) },
      rounds: [{ nooble: { rate: expect.any(Number) }, bullmq: { rate: expect.any(Number) } }],
    });
    expect(result.scenarios['enqueue']?.machine.versions).toMatchObject({
      bullmq: '6.7.0',
      node: process.versions.node,
    });
    expect(await readFile(out.replace('.json', '.svg'), 'utf8')).toContain('prefers-color-scheme');
  },
  PATIENCE_MS,
);

it(
  'prints a table of what it measured and keeps what the file says of the rest',
  async () => {
    const out = join(await folder(), 'result.json');
    await bench(['--quick', '--json', '--only', 'payload_100k', '--out', out]);
    const { out: table } = await bench(['--quick', '--only', 'enqueue_1', '--out', out]);
    expect(table).toMatch(/^enqueue_1 +\d.*bullmq/m);
    expect(table).toMatch(/^enqueue_1 +bullmq +≥ 1 +(met|not met) \(/m);
    expect(table).not.toContain('payload_100k');
    expect(table).not.toContain('\u001b');
    const kept = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
    expect(Object.keys(kept.scenarios)).toEqual(['payload_100k', 'enqueue_1']);
  },
  PATIENCE_MS,
);

it(
  'ends on Ctrl-C and leaves no result',
  async () => {
    const out = join(await folder(), 'result.json');
    const ended = await bench(['--only', 'scaling', '--out', out], { interruptAt: 'round 1' });
    expect(ended).toMatchObject({ code: 130, out: '' });
    expect(ended.err).toContain('Cannot finish the bench: interrupted\n');
    await expect(readFile(out)).rejects.toThrow('ENOENT');
  },
  PATIENCE_MS,
);

it('refuses a scenario it does not know', async () => {
  const { code, err } = await bench(['--only', 'everything']);
  expect(code).toBe(1);
  expect(err).toContain('Unknown scenario "everything": expected enqueue, ');
});
