import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Played {
  readonly code: number | null;
  readonly output: string;
}

/** Plays the demo as `npm run demo` does. */
async function play(args: readonly string[], env: Record<string, string>): Promise<Played> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nooble-test-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const LIGHTHOUSE =
  '# Lighthouse\n\nThe keeper of the lighthouse at Cape Grim is called Odette Marlow.\n';
const BAKERY = '# Bakery\n\nThe bakery opens at six and sells rye bread.\n';

async function expectTheWholeShow(env: Record<string, string>): Promise<void> {
  const docs = await folderWith({ 'lighthouse.md': LIGHTHOUSE, 'bakery.md': BAKERY });
  const question = 'Who is the keeper of the lighthouse?';
  const { code, output } = await play(['--docs', docs, '--ask', question], env);
  expect(output).toContain('documents 2/2');
  for (const type of [
    'query.generate',
    'embedding.generate',
    'query.embedding.generate.result',
    'demo.query.generate.result',
  ]) {
    expect(output).toMatch(
      new RegExp(`✓ ${type} +\\w+:globex:enterprise +[\\d.]+ ms +[\\d.]+ ms +done`),
    );
  }
  expect(output).toMatch(/Odette Marlow\. \[1\]/);
  expect(output).toMatch(/\[1\] Lighthouse \(lighthouse\.md\)/);
  expect(output).toMatch(/enterprise +\d+ +[\d.]+ ms/);
  expect(output).toMatch(/10 accepted\n +1 refused: RATE_LIMIT \(HTTP 429\), retry after \d+ ms/);
  // Without a terminal there are plain lines only.
  expect(output).not.toContain('\u001b');
  expect(code).toBe(0);
}

it('plays on a real Redis', async () => {
  await expectTheWholeShow({ REDIS_URL: inject('redisUrl') });
});

it('plays on the server in JavaScript where there is no other', async () => {
  await expectTheWholeShow({ REDIS_URL: '', NOOBLE_REDIS_KIND: 'javascript' });
});

it('explains itself, and refuses what it does not know', async () => {
  expect(await play(['--help'], {})).toMatchObject({
    code: 0,
    output: expect.stringContaining('--docs <folder>') as string,
  });
  expect(await play(['--nonsense'], {})).toMatchObject({ code: 1 });
  expect(await play(['--docs', '/no/such/folder'], {})).toMatchObject({ code: 1 });
});
