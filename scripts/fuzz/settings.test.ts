import { inspect } from 'node:util';
import { defineSettings, loadSettings, secret } from '../../packages/config/src/index.ts';
import { parseRedisUrl, redactUrl } from '../../packages/redis/src/index.ts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';
import { fuzz, resultOr } from './fuzz.ts';
import { number, text } from './hostile.ts';

const SECRET = 'S3CR3T';
const definition = defineSettings({
  envPrefix: 'EMBEDDING_',
  shape: {
    cacheSize: z.coerce.number().int().default(1000),
    apiKey: secret(z.string().min(20).optional()),
    verbose: z.stringbool().default(false),
  },
});
const names = ['SERVICE_NAME', 'ENVIRONMENT', 'LOG_LEVEL', 'REDIS_URL', 'HTTP_TIMEOUT_SECONDS'];
const variables = [...names, 'CACHE_SIZE', 'VERBOSE', '__proto__', 'toString'].flatMap((name) => [
  name,
  `EMBEDDING_${name}`,
]);
const env = fc
  .array(fc.tuple(fc.constantFrom(...variables), fc.oneof(text, number.map(String))), {
    maxLength: 6,
  })
  .map((entries) => Object.fromEntries(entries));

fuzz(
  'settings are complete, or every problem is reported',
  fc.tuple(env, text),
  ([given, more]) => {
    const API_KEY = `${more}${SECRET}`;
    try {
      const source = { env: { ...given, API_KEY }, envFile: false } as const;
      const settings = resultOr('SETTINGS', () => loadSettings(definition, source));
      if (!settings) return;
      expect(Number.isInteger(settings.cacheSize)).toBe(true);
      expect(JSON.stringify(settings) + inspect(settings)).not.toContain(SECRET);
    } catch (error) {
      expect(String(error)).not.toContain(SECRET);
      throw error;
    }
  },
);

const schemes = ['redis', 'rediss', 'unix', 'redis+sentinel', 'redis+cluster', 'REDIS', 'http', ''];
const url = fc
  .record({
    scheme: fc.constantFrom(...schemes),
    login: fc.oneof(text, fc.constantFrom('user:', ':', '', 'user:a@b:')),
    hosts: fc.oneof(text, fc.constantFrom('127.0.0.1:6379', '[::1]:1', 'a,b:2', 'h:99999', '')),
    rest: fc.oneof(text, fc.constantFrom('/0', '/primary/1', '/tmp/redis.sock', '?db=1')),
  })
  .map(({ scheme, login, hosts, rest }) => `${scheme}://${login}${SECRET}@${hosts}${rest}`);

fuzz(
  'a Redis URL is parsed, or refused without revealing its password',
  fc.oneof(text, url),
  (each) => {
    try {
      const { kind } = parseRedisUrl(each);
      expect(['server', 'socket', 'sentinel', 'cluster']).toContain(kind);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).not.toContain(SECRET);
    }
  },
);

const sound = fc.record({
  username: text,
  password: text.map((each) => each.toWellFormed() + SECRET),
  host: fc.constantFrom('localhost', '127.0.0.1'),
  port: fc.nat(65_535),
  db: fc.nat(15),
});

fuzz('a Redis URL is parsed into its original parts', sound, ({ username, password, ...where }) => {
  const name = username.toWellFormed();
  const login = `${encodeURIComponent(name)}:${encodeURIComponent(password)}`;
  const written = `redis://${login}@${where.host}:${where.port}/${where.db}`;
  const endpoint = parseRedisUrl(written);
  expect(endpoint).toMatchObject({ kind: 'server', password, ...where });
  if (name !== '') expect(endpoint).toMatchObject({ username: name });
  expect(redactUrl(written)).not.toContain(SECRET);
});
