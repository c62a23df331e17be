import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { SettingsError } from '@nooble/errors';
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineSettings, type SettingsOf } from './definition.ts';
import { describeSettings } from './describe.ts';
import { loadSettings } from './load.ts';
import { secret } from './secret.ts';

const embedding = defineSettings({
  envPrefix: 'EMBEDDING_',
  shape: {
    cacheSize: z.coerce.number().int().default(1000).describe('Entries in the cache'),
    apiKey: secret(z.string().min(8).optional().describe('Key of the endpoint')),
    verbose: z.stringbool().default(false),
  },
});

function problemsOf(env: Record<string, string>): readonly { variable: string; message: string }[] {
  try {
    loadSettings(embedding, { env, envFile: false });
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nooble-test-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'env'), text);
  return join(folder, 'env');
}

describe('settings', () => {
  it('have the defaults every service shares', () => {
    const settings = loadSettings(embedding, { env: {}, envFile: false });
    expect(settings).toMatchObject({
      serviceName: 'embedding',
      domainName: 'embedding',
      environment: 'development',
      logLevel: 'info',
      redisUrl: 'redis://127.0.0.1:6379',
      httpTimeoutSeconds: 30,
      cacheSize: 1000,
      verbose: false,
    });
    expectTypeOf<SettingsOf<typeof embedding>['cacheSize']>().toEqualTypeOf<number>();
    expectTypeOf(settings.apiKey).toEqualTypeOf<string | undefined>();
  });

  it('are read with the prefix before without, and empty counts as not set', () => {
    const env = { EMBEDDING_REDIS_URL: 'redis://a', REDIS_URL: 'redis://b', LOG_LEVEL: 'warn' };
    const settings = loadSettings(embedding, { env: { ...env, CACHE_SIZE: '' }, envFile: false });
    expect(settings).toMatchObject({ redisUrl: 'redis://a', logLevel: 'warn', cacheSize: 1000 });
  });

  it('are read from a file, over which the environment wins', async () => {
    const envFile = await fileOf('CACHE_SIZE=5\nVERBOSE="yes"\n# a comment\n');
    expect(loadSettings(embedding, { env: { CACHE_SIZE: '7' }, envFile })).toMatchObject({
      cacheSize: 7,
      verbose: true,
    });
    expect(() => loadSettings(embedding, { env: {}, envFile: `${envFile}-missing` })).toThrow(
      'cannot be read',
    );
  });

  it('report every problem at once, by the name of the variable', () => {
    const problems = problemsOf({
      EMBEDDING_CACHE_SIZE: 'many',
      LOG_LEVEL: 'loud',
      API_KEY: 'short',
    });
    expect(problems.map(({ variable }) => variable)).toEqual([
      'LOG_LEVEL',
      'EMBEDDING_CACHE_SIZE',
      'API_KEY',
    ]);
    expect(problems[1]?.message).toContain('"many"');
  });

  it('report a schema that throws or is asynchronous among the others, without what it said', () => {
    const shape = {
      parsed: z.string().transform((text) => JSON.parse(text) as unknown),
      host: secret(z.string().refine((text) => new URL(text).host !== '')),
      slow: z.string().refine(async () => Promise.reject(new Error('no'))),
      count: z.coerce.number(),
    };
    const definition = defineSettings({ envPrefix: 'A_', shape });
    const env = { A_PARSED: '{', A_HOST: 'hunter2', A_SLOW: 'x', A_COUNT: 'many' };
    const load = () => loadSettings(definition, { env, envFile: false });
    expect(load).toThrow(SettingsError);
    expect(load).toThrow(
      [
        'A_PARSED: its schema threw SyntaxError instead of reporting an issue (it is "{")',
        'A_HOST: its schema threw TypeError instead of reporting an issue',
        'A_SLOW: its schema is asynchronous; use a synchronous schema (it is "x")',
        'A_COUNT: ',
      ].join('\n  '),
    );
    expect(load).not.toThrow('hunter2');
    expect(describeSettings(definition)).toContain('| `A_SLOW` |');
  });

  it('name the variable to set when one is missing', () => {
    const strict = defineSettings({ envPrefix: 'A_', shape: { apiUrl: z.url() } });
    expect(() => loadSettings(strict, { env: {}, envFile: false })).toThrow(
      /A_API_URL: .*\(not set\)/,
    );
  });

  it('are frozen and print without secrets', () => {
    const env = { API_KEY: 'very-secret', REDIS_URL: 'redis://u:pass@h', DATABASE_URL: 'pg://x' };
    const settings = loadSettings(embedding, { env, envFile: false });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(settings.apiKey).toBe('very-secret');
    const printed = [
      JSON.stringify(settings),
      inspect(settings),
      problemsOf({ API_KEY: 'secret' }),
    ];
    expect(JSON.stringify(printed)).not.toMatch(/very-secret|pass|pg:|"secret"/);
    expect(printed[0]).toContain('redis://u:***@h');
  });

  it.each([
    ['a slash', 'redis://u:p/ass@h'],
    ['an at sign', 'redis://u:p@ass@h'],
    ['a question mark', 'redis://:?pass@h'],
    ['no scheme before it', 'u:pass@h'],
    ['Sentinels', 'redis+sentinel://h/main?sentinelPassword=pass'],
  ])('print a URL without a password that has %s', (_what, url) => {
    const several = z.string().transform((text) => text.split(','));
    const shape = { port: z.coerce.number(), others: several };
    const definition = defineSettings({ envPrefix: 'A_', shape });
    const env = { PORT: '1', REDIS_URL: url, OTHERS: `x,${url}` };
    const settings = loadSettings(definition, { env, envFile: false });
    const refused = (): unknown =>
      loadSettings(definition, { env: { ...env, PORT: url }, envFile: false });
    expect(inspect(settings) + JSON.stringify(settings)).not.toMatch(/p?ass@|word=p/);
    expect(refused).toThrow(/A_PORT|PORT/);
    expect(refused).toThrow(expect.not.stringMatching(/p?ass@|word=p/) as string);
  });

  it('are described as a table', () => {
    const table = describeSettings(embedding).split('\n');
    expect(table).toContain('| `EMBEDDING_CACHE_SIZE` | Entries in the cache | `1000` |');
    expect(table).toContain('| `EMBEDDING_API_KEY` | Key of the endpoint (secret) | none |');
  });

  it('are described with their permitted values', () => {
    expect(describeSettings(embedding)).toContain(
      '| Deployment environment: `development`, `test`, `staging`, `production` | `development` |',
    );
  });

  it('are described without revealing a secret, or hiding that it is missing', () => {
    const shape = {
      token: secret(z.string().default('hunter2')),
      key: secret(z.string().default('none')),
    };
    const table = describeSettings(defineSettings({ envPrefix: 'A_', shape }));
    expect(table).not.toContain('hunter2');
    expect(table).toContain('| `A_TOKEN` | (secret) | set, not shown |');
    expect(table).toContain('| `A_KEY` | (secret) | none |');
  });

  it('refuse malformed prefixes and names', () => {
    expect(() => defineSettings({ envPrefix: 'embedding', shape: {} })).toThrow(
      'Invalid envPrefix',
    );
    expect(() => defineSettings({ envPrefix: 'A_', shape: { 'cache-size': z.string() } })).toThrow(
      'Invalid setting',
    );
  });
});
