import { randomUUID } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, inject, it, onTestFinished } from 'vitest';
import { folderWith, play } from './play.ts';

const LIGHTHOUSE =
  '# Lighthouse\n\nThe keeper of the lighthouse at Cape Grim is called Odette Marlow.\n';
const BAKERY = '# Bakery\n\nThe bakery opens at six and sells rye bread.\n';
const WAY = ['query.index', 'query.index-part', 'embedding.generate', 'demo.query.index.result'];
const STEPS = ['query.generate', 'embedding.generate'];

/** A run takes several seconds, and more on a busy machine. */
const RUN_MS = 120_000;

async function expectTheWholeShow(env: Record<string, string>): Promise<void> {
  const docs = await folderWith({ 'lighthouse.md': LIGHTHOUSE, 'bakery.md': BAKERY });
  const question = 'Who is the keeper of the lighthouse?';
  const { code, output } = await play(['--docs', docs, '--ask', question], env);
  expect(output).toContain('documents 2/2');
  const [indexing = '', asking = '', stopping = '', talking = '', killing = '', waiting = ''] =
    output.split(/Asking:|A second answer|Two messages|A third answer|A handler waits/);
  const ways = [...indexing.matchAll(/^✓ ([\w.-]+)/gm)].map(([, type]) => type);
  expect(ways).toEqual(WAY);
  const rows = asking.matchAll(/^✓ ([\w.-]+) +(.*)$/gm);
  const shown = [...rows].map(([, type = '', rest = '']) => ({ type, rest }));
  // Sorted by time, although they come from the logs of three processes.
  expect(shown.map(({ type }) => type)).toEqual(STEPS);
  for (const { rest } of shown) {
    expect(rest).toMatch(/^\w+:globex:enterprise +[\d.]+ m?s +[\d.]+ m?s$/);
  }
  expect(asking).toMatch(/Odette Marlow\. \[1\]/);
  expect(output).toMatch(/\[1\] Lighthouse \(lighthouse\.md\)/);
  expect(stopping).toMatch(/model: its HTTP request was closed after [\d.]+ m?s/);
  expect(stopping).toMatch(/query-service \(process \d+\): its handler ended as cancelled after/);
  const answers = talking.matchAll(/^ {2}chat-1 +(\w+) message +started after +([\d.]+)(.*)$/gm);
  expect([...answers].map(([, which]) => which)).toEqual(['first', 'second']);
  expect(talking).toMatch(/^ {2}chat-2 +another session/m);
  const victim = /✗ query-service \(process (\d+)\) was killed/.exec(killing)?.[1];
  const heir = /↻ query-service \(process (\d+)\) took over/.exec(killing)?.[1];
  expect(Number(victim)).toBeGreaterThan(0);
  expect(heir).not.toBe(victim);
  expect(killing).toMatch(/✓ complete, 40 words/);
  expect(killing).toContain('computed once');
  expect(waiting).toContain('✓ approved by Ada');
  expect(output).toMatch(/enterprise +\d+ +[\d.]+ ms/);
  expect(output).toMatch(/10 accepted\n +1 refused: RATE_LIMIT \(HTTP 429\), retry after \d+ ms/);
  expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
  // Without a terminal there are plain lines only.
  expect(output).not.toContain('\u001b');
  expect(code).toBe(0);
}

it(
  'runs on an existing Redis and leaves no key behind',
  async () => {
    const own = await startEmbeddedRedis();
    onTestFinished(async () => own.stop());
    const { url } = own;
    const redis = new RedisPool({ url });
    onTestFinished(async () => redis.close());
    await redis.command().set('mine', 'stays');
    await expectTheWholeShow({ REDIS_URL: url });
    expect(await redis.command().keys('*')).toEqual(['mine']);
  },
  RUN_MS,
);

it(
  'runs on the JavaScript server if there is no other',
  async () => {
    await expectTheWholeShow({ REDIS_URL: '', NOOBLE_REDIS_KIND: 'javascript' });
  },
  RUN_MS,
);

// One run for the three, because a run takes several seconds.
it(
  'ignores variables intended for services, skips an invalid file, and says so if it finds no answer',
  async () => {
    const docs = await folderWith({ 'bakery.md': BAKERY, 'long.md': `# ${'x '.repeat(50_000)}` });
    await symlink('gone.md', join(docs, 'linked.md'));
    const prefix = `test-${randomUUID()}`;
    const env = {
      REDIS_URL: inject('redisUrl'),
      QUERY_KEY_PREFIX: prefix,
      EMBEDDING_REDIS_URL: 'redis://127.0.0.1:1',
      DOMAIN_NAME: 'other',
      DATABASE_URL: 'postgres://127.0.0.1:1/other',
      QUERY_DATABASE_URL: 'postgres://127.0.0.1:1/other',
    };
    const { code, output } = await play(['--docs', docs, '--ask', 'Why?'], env);
    expect(output).toContain('documents 2/2');
    expect(output).toMatch(/Skipped: linked\.md: it does not exist, or is a broken link/);
    expect(output).toContain('contains no answer');
    expect(output).not.toContain('similarity');
    expect(code).toBe(0);
  },
  RUN_MS,
);

it('prints help, and refuses unknown options', async () => {
  expect(await play(['--help'], {})).toMatchObject({
    code: 0,
    output: expect.stringContaining('--docs <folder>') as string,
  });
  for (const args of [['--nonsense'], ['--ask', '']]) {
    const { code, output } = await play(args, {});
    expect(code).toBe(1);
    expect(output).toContain('--ask <question>');
  }
  expect(await play(['--docs', '/no/such/folder'], {})).toMatchObject({ code: 1 });
});

it('says which Redis does not reply, without its password, and what to do', async () => {
  const docs = await folderWith({ 'bakery.md': BAKERY });
  const env = { REDIS_URL: 'redis://me:sesame@127.0.0.1:1' };
  const { code, output } = await play(['--docs', docs], env);
  expect(code).toBe(1);
  expect(output).toMatch(
    /Redis at redis:\/\/me:\*\*\*@127\.0\.0\.1:1 \(REDIS_URL\) does not reply/,
  );
  expect(output).toContain('correct REDIS_URL');
  expect(output).not.toMatch(/sesame|\n +at /);
});

it('reports why there is no answer, and exits', async () => {
  const docs = await folderWith({ 'bakery.md': BAKERY });
  // No server listens there, so every attempt fails.
  const env = { REDIS_URL: inject('redisUrl'), QUERY_LLM_BASE_URL: 'http://127.0.0.1:1/v1' };
  const { code, output } = await play(['--docs', docs, '--ask', 'When does it open?'], env);
  expect(output).toMatch(/✗ query\.generate/);
  expect(output).toContain('The demo stopped: The question failed:');
  expect(code).toBe(1);
});
