import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it, onTestFinished } from 'vitest';
import { folderWith } from './play.ts';

/** Not bundled: the rules are read from the folder `deploy`. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const RUN_MS = 240_000;

interface Run {
  readonly child: ReturnType<typeof spawn>;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  /** Its temporary folder. */
  readonly temporary: string;
}

async function beginFull(env: Record<string, string> = {}): Promise<Run> {
  const temporary = await mkdtemp(join(tmpdir(), 'nooble-test-'));
  onTestFinished(async () => rm(temporary, { recursive: true, force: true }));
  // Root starts PostgreSQL as another user, who must reach its folder.
  await chmod(temporary, 0o711);
  const docs = await folderWith({ 'bakery.md': '# Bakery\n\nThe bakery sells rye bread.\n' });
  const args = [MAIN, '--full', '--docs', docs, '--ask', 'What does the bakery sell?'];
  const own = { TMPDIR: temporary, REDIS_URL: inject('redisUrl'), ...env };
  const child = spawn(process.execPath, args, { env: { ...process.env, ...own } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => output, ended, temporary };
}

it(
  'shows the trace, the shares and the alert of a flood, the usage, and leaves nothing behind',
  async () => {
    const { ended: code, output, temporary } = await beginFull();
    expect(await code).toBe(0);
    const shown = output().replaceAll(temporary, '/tmp');
    expect(shown).toMatch(/^ {2}└ send query +gateway/m);
    expect(shown).toMatch(/└ process embedding\.generate +embedding/);
    const shares = shown.matchAll(/^ {2}(\w+) +\d+ +([\d.]+) % +([\d.]+) %$/gm);
    const rows = [...shares].map(([, tier, due, got]) => ({
      tier,
      off: Number(got) - Number(due),
    }));
    expect(rows.map(({ tier }) => tier)).toEqual(['enterprise', 'professional', 'free']);
    for (const { off } of rows) expect(Math.abs(off)).toBeLessThan(15);
    expect(shown).toMatch(/Jain's index of the tenants of tier free: [01]\.\d\d/);
    expect(shown).toContain('Tenant "umbrella" floods domain "query"');
    expect(shown).toContain('docs/operations/runbooks/NoobleTenantFloods.md');
    const [, endings = '', usage = '', places = ''] = shown.split(
      /history\.trace|usage\.daily|Where to look/,
    );
    const ended = [...endings.matchAll(/^ {2}([\w.]+) +(\w+) +done +1 .*m?s$/gm)];
    expect(ended.map(([, action, tenant]) => `${action} ${tenant}`)).toEqual([
      'query.generate globex',
      'embedding.generate globex',
    ]);
    expect(endings).toContain('the one shown above');
    const used = usage.matchAll(/^ {2}(\w+) +\w+ +(\d+) +(\d+) +\d+ +\d+ +[\d.]+ s$/gm);
    const uses = new Map(
      [...used].map(([, tenant, done, cancelled]) => [tenant, { done, cancelled }]),
    );
    // 10 of 11 were admitted, and every one has ended.
    expect(uses.get('newcomer')).toEqual({ done: '10', cancelled: '0' });
    expect(Number(uses.get('umbrella')?.cancelled)).toBeGreaterThan(0);
    expect(places).toMatch(/PGPASSFILE=\S+ psql -h 127\.0\.0\.1/);
    expect(shown.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(shown).not.toContain('\u001b');
    expect(shown).not.toContain('Warning');
    expect(await readdir(temporary)).toEqual([]);
  },
  RUN_MS,
);

it(
  'an interruption, or two, during the flood leaves no process and no folder',
  async () => {
    const { child, output, ended, temporary } = await beginFull();
    await expect.poll(output, { timeout: RUN_MS }).toContain('Tenant umbrella sends');
    const prometheus = /http:\/\/127\.0\.0\.1:\d+/.exec(output().split('Prometheus')[1] ?? '')?.[0];
    expect((await fetch(`${prometheus}/-/ready`)).status).toBe(200);
    child.kill('SIGINT');
    await expect.poll(output, { timeout: 20_000 }).toContain('interrupt again');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    await expect(fetch(`${prometheus}/-/ready`)).rejects.toThrow();
    expect(await readdir(temporary)).toEqual([]);
  },
  RUN_MS,
);

it(
  'goes on without Prometheus and PostgreSQL where there is none, and says how to get them',
  async () => {
    const nothing = await folderWith({});
    const none = { PATH: nothing, XDG_CACHE_HOME: nothing, NOOBLE_POSTGRES_KIND: 'docker' };
    const { ended, output } = await beginFull(none);
    expect(await ended).toBe(0);
    expect(output()).toContain('apt-get install prometheus');
    expect(output()).toContain('Cannot start PostgreSQL');
    expect(output()).toContain('process query.generate');
    expect(output()).not.toMatch(/Tenant umbrella sends|usage\.daily/);
  },
  RUN_MS,
);
