import { redactUrl } from '@nooble/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './url.ts';

describe('a Redis URL', () => {
  it.each([
    ['redis://localhost', { kind: 'server', host: 'localhost', port: 6379, db: 0, tls: false }],
    ['redis://h:1/3', { kind: 'server', host: 'h', port: 1, db: 3, tls: false }],
    ['redis://[::1]:7000', { kind: 'server', host: '::1', port: 7000, db: 0, tls: false }],
    [
      'rediss://ann:p%40ss@h:6380',
      {
        kind: 'server',
        host: 'h',
        port: 6380,
        db: 0,
        tls: true,
        username: 'ann',
        password: 'p@ss',
      },
    ],
    [
      'redis://:secret@h',
      { kind: 'server', host: 'h', port: 6379, db: 0, tls: false, password: 'secret' },
    ],
    [
      'redis://u:p@ss/w0rd@h/1',
      {
        kind: 'server',
        host: 'h',
        port: 6379,
        db: 1,
        tls: false,
        username: 'u',
        password: 'p@ss/w0rd',
      },
    ],
    ['unix:///run/a@b.sock', { kind: 'socket', path: '/run/a@b.sock', db: 0 }],
    ['unix://:pw@/run/a@b.sock', { kind: 'socket', path: '/run/a@b.sock', db: 0, password: 'pw' }],
    ['redis://h?db=2', { kind: 'server', host: 'h', port: 6379, db: 2, tls: false }],
    ['redis://h/2?db=2', { kind: 'server', host: 'h', port: 6379, db: 2, tls: false }],
    [
      'rediss+sentinel://h/main?sentinelUsername=ann&sentinelPassword=s&sentinelTls=no&db=1',
      {
        kind: 'sentinel',
        nodes: [{ host: 'h', port: 26_379 }],
        master: 'main',
        db: 1,
        tls: true,
        sentinelUsername: 'ann',
        sentinelPassword: 's',
        sentinelTls: false,
      },
    ],
    ['unix:///run/redis.sock?db=2', { kind: 'socket', path: '/run/redis.sock', db: 2 }],
    [
      'redis+sentinel://:pw@a:1,b/main/4?sentinelPassword=s',
      {
        kind: 'sentinel',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
        ],
        master: 'main',
        db: 4,
        tls: false,
        password: 'pw',
        sentinelPassword: 's',
      },
    ],
    [
      'rediss+cluster://a:7000,b',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 6379 },
        ],
        tls: true,
      },
    ],
  ])('is read: %s', (url, endpoint) => {
    expect(parseRedisUrl(url)).toEqual(endpoint);
  });

  it.each([
    ['http://h', 'form is unknown'],
    ['localhost:6379', 'form is unknown'],
    ['redis://a,b', 'exactly one host'],
    ['redis://h/x', 'database is not a number'],
    ['redis://h:99999', 'not host:port'],
    ['unix://relative', 'absolute path'],
    ['redis+sentinel://a,b', 'name of the monitored primary'],
    ['redis+cluster://a/1', 'only database 0'],
    ['redis://h/1?db=2', 'two different database numbers'],
    ['redis://h?db=x', 'database is not a number'],
    ['redis://h?ssl=true', 'unknown parameter; a URL of this kind can only have db'],
    ['redis+cluster://h?db=0', 'unknown parameter; a URL of this kind has none'],
    ['rediss+sentinel://h/main?sentinelTls=maybe', 'neither "yes" nor "no"'],
    ['redis+sentinel://h/main?sentinelTls=yes', 'needs "rediss+sentinel"'],
    ['redis://u:%zz@h', 'two hexadecimal digits'],
    ['redis://h/%', 'two hexadecimal digits'],
    ['redis://u:12?3@h', 'not percent-encoded'],
    ['redis://u:12#3@h', 'form is unknown'],
  ])('is refused: %s', (url, why) => {
    expect(() => parseRedisUrl(url)).toThrow(why);
  });

  it('takes an unencoded "@" in the password of Sentinels', () => {
    expect(parseRedisUrl('redis+sentinel://a/main?sentinelPassword=p@ss')).toMatchObject({
      nodes: [{ host: 'a' }],
      sentinelPassword: 'p@ss',
    });
  });

  it('never shows a password that looks like the beginning of a URL', () => {
    expect(redactUrl('u://@secret@h:6379')).toBe('u://:***@h:6379');
  });

  it('never shows its password', () => {
    const secrets = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9%]{12,20}$/),
      fc.stringMatching(/^[A-Za-z0-9%@/?#:=&[\]]{12,20}$/),
    );
    fc.assert(
      fc.property(secrets, (secret) => {
        const urls = [
          `redis://u:${secret}@h/x`,
          `redis://:${secret}@h/x`,
          `rediss2://u:${secret}@h:x`,
          `u:${secret}@h:6379`,
          `redis+sentinel://a/?sentinelPassword=${secret}`,
          `redis+sentinel://u:${secret}@a,b`,
        ];
        for (const url of urls) {
          expect(redactUrl(url)).not.toContain(secret);
          expect(() => parseRedisUrl(url)).toThrow(RangeError);
          expect(() => parseRedisUrl(url)).toThrow(expect.not.stringContaining(secret) as string);
        }
      }),
    );
  });

  it.each([
    ['redis://u:p@h', 'redis://u:***@h'],
    ['redis://u:p@ss@h/0', 'redis://u:***@h/0'],
    ['redis://u:p/w@h', 'redis://u:***@h'],
    ['redis://u:p?w@h', 'redis://u:***@h'],
    ['redis://ann@h', 'redis://ann@h'],
    ['redis://h:6379/0', 'redis://h:6379/0'],
    ['unix:///run/a@b.sock', 'unix:///run/a@b.sock'],
    ['u:p@h', 'u:***@h'],
    ['//u:p@h', ':***@h'],
  ])('is redacted: %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });
});
