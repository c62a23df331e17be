import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { resolveConnection } from '../src/connection.ts';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { freePort } from '@nooble/servers';
import { RedisPool, type RedisPoolOptions } from '../src/pool.ts';
import { giveAllSlots } from './servers.ts';

function openPool(options: RedisPoolOptions): RedisPool {
  const pool = new RedisPool(options);
  onTestFinished(async () => pool.close(100));
  return pool;
}

async function startServer(settings: readonly string[]): Promise<{ port: number; admin: Redis }> {
  const port = await freePort();
  const redis = await startEmbeddedRedis({ port, settings });
  onTestFinished(async () => redis.stop());
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  return { port, admin };
}

it('authenticates and selects a database according to its options', async () => {
  const { port, admin } = await startServer([]);
  await admin.call('ACL', 'SETUSER', 'ann', 'on', '>p@ss/', '~*', '+@all');
  const pool = openPool({
    url: `redis://127.0.0.1:${port}`,
    username: 'ann',
    password: 'p@ss/',
    db: 2,
  });
  expect(await pool.command().client('INFO')).toMatch(/ db=2 .* user=ann /);
});

it('reaches the nodes of a Cluster at the mapped addresses', async () => {
  const unreachable = ['--cluster-announce-ip', '203.0.113.1'];
  const bus = ['--cluster-port', String(await freePort())];
  const { port, admin } = await startServer(['--cluster-enabled', 'yes', ...unreachable, ...bus]);
  await giveAllSlots(admin);
  const here = { host: '127.0.0.1', port };
  for (const natMap of [{ [`203.0.113.1:${port}`]: here }, () => here]) {
    const pool = openPool({
      url: `redis+cluster://redis.invalid:${port}`,
      dnsLookup: (_hostname, callback) => callback(null, '127.0.0.1'),
      natMap,
    });
    expect(await pool.command().set('test:a', '1')).toBe('OK');
  }
});

it('reaches the primary of a Sentinel at the mapped address', async () => {
  const primary = await startServer([]);
  const sentinel = await startEmbeddedRedis({
    sentinel: { name: 'main', primaryPort: primary.port },
  });
  onTestFinished(async () => sentinel.stop());
  const asked: string[] = [];
  const pool = openPool({
    url: sentinel.url.replace('redis://', 'redis+sentinel://') + '/main',
    natMap: (announced) => {
      asked.push(announced);
      return { host: 'localhost', port: primary.port };
    },
  });
  expect(await pool.health(5_000)).toMatchObject({ ok: true });
  expect(asked).toContain(`127.0.0.1:${primary.port}`);
});

it('queries a Sentinel as a user with only the documented permissions', async () => {
  const primary = await startServer([]);
  const watched = { name: 'main', primaryPort: primary.port };
  const sentinel = await startEmbeddedRedis({ sentinel: watched });
  onTestFinished(async () => sentinel.stop());
  const admin = new Redis(sentinel.url, { enableReadyCheck: false });
  onTestFinished(() => admin.disconnect());
  const rights = '+@connection +sentinel|get-master-addr-by-name +sentinel|sentinels';
  await admin.call('ACL', 'SETUSER', 'watch', 'on', '>pw', ...rights.split(' '));
  await admin.call('ACL', 'SETUSER', 'default', 'off');
  const url = `${sentinel.url.replace('redis://', 'redis+sentinel://')}/main`;
  const [sentinelUsername, sentinelPassword] = ['watch', 'pw'];
  const byOptions = openPool({ url, sentinelUsername, sentinelPassword });
  expect(await byOptions.health(5_000)).toMatchObject({ ok: true });
  const byUrl = openPool({ url: `${url}?sentinelUsername=watch&sentinelPassword=pw` });
  expect(await byUrl.health(5_000)).toMatchObject({ ok: true });
});

it.each<[RedisPoolOptions, string]>([
  [{ url: 'redis+cluster://h', db: 1 }, 'a cluster has only database 0'],
  [{ url: 'redis://h/2', db: 1 }, 'db differs from the one in the URL'],
  [{ url: 'redis://h', db: -1 }, 'Cannot use -1 as db: expected a whole number'],
  [{ url: 'redis://h', db: 1.5 }, 'Cannot use 1.5 as db: expected a whole number'],
  [{ url: 'redis://h', dbs: 1 } as never, 'A pool has no option "dbs", only url, username,'],
  [{ url: 'redis://h', tls: {} }, 'tls needs a URL that begins with "rediss"'],
  [{ url: 'unix:///run/redis.sock', tls: {} }, 'tls needs a URL that begins with "rediss"'],
  [{ url: 'redis://h', natMap: {} }, 'natMap is only valid for cluster and sentinel URLs'],
  [{ url: 'redis://h', dnsLookup: () => {} }, 'dnsLookup is only valid for cluster URLs'],
  [{ url: 'redis+sentinel://h/main', dnsLookup: () => {} }, 'only valid for cluster URLs'],
  [{ url: 'redis://h', sentinelPassword: 'x' }, 'sentinelPassword is only valid for sentinel URLs'],
  [{ url: 'redis+cluster://h', sentinelUsername: 'x' }, 'only valid for sentinel URLs'],
  [{ url: 'redis://ann:hidden@h', username: 'bob' }, 'username differs from the one in the URL'],
  [{ url: 'redis://:hidden@h', password: 'hidden2' }, 'password differs from the one in the URL'],
  [
    { url: 'redis://h', connectTimeoutMs: 0 },
    '0 as connectTimeoutMs: expected a number from 1 to 6',
  ],
])('refuses options that contradict each other: %j', (options, why) => {
  expect(() => new RedisPool(options)).toThrow(RangeError);
  expect(() => new RedisPool(options)).toThrow(why);
  expect(() => new RedisPool(options)).toThrow(expect.not.stringContaining('hidden') as string);
});

it('accepts options that agree with the URL, or fill in missing values', () => {
  const url = 'redis+sentinel://ann@h,10.0.0.1/main?db=3&sentinelUsername=watch';
  const given = { password: 'secret', db: 3, sentinelPassword: 'other' };
  expect(resolveConnection({ url, username: 'ann', ...given })).toMatchObject({
    endpoint: { username: 'ann', ...given, sentinelUsername: 'watch', master: 'main' },
    names: ['h'],
    connectTimeoutMs: 5_000,
  });
});
