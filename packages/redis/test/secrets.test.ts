import { inspect } from 'node:util';
import { expect, inject, it, onTestFinished } from 'vitest';
import { bareError } from '../src/bare-errors.ts';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { RedisPool } from '../src/pool.ts';
import { defineScript, runScript, runScripts } from '../src/script.ts';
import { asRedisUnavailable } from '../src/unavailable.ts';

/** Marker that every secret value contains. */
const MARK = 'MARKED-SECRET';
const KEY = 'test:{secrets}:list';

function scriptOf(lua: string): ReturnType<typeof defineScript> {
  return defineScript({ name: 'refused', lua });
}

function openPool(url: string, onError?: (error: Error) => void): RedisPool {
  const pool = new RedisPool({ url, ...(onError && { onError }) });
  onTestFinished(async () => pool.close(100));
  return pool;
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('It did not fail'),
    (error: unknown) => error as Error,
  );
}

/** Everything that a program could print of a value. */
function printed(value: unknown): string {
  const text = inspect(value, { depth: null, showHidden: true });
  return `${text} ${JSON.stringify(value)} ${value instanceof Error ? value.stack : ''}`;
}

const refused: [string, (pool: RedisPool) => Promise<unknown>][] = [
  ['a command on a key of another type', async (pool) => pool.command().set(KEY, MARK, 'GET')],
  [
    'a blocking command',
    async (pool) => pool.blocking().blmove(KEY, MARK, 'LEFT', 'NOWHERE' as 'LEFT', 1),
  ],
  ['an unknown command', async (pool) => pool.command().call('NO-SUCH-COMMAND', MARK, 'x')],
  ['an unknown subcommand', async (pool) => pool.command().call('CLIENT', MARK)],
  ['a wrong login', async (pool) => pool.command().auth('somebody', MARK)],
  [
    'a greeting with a wrong login',
    async (pool) => pool.command().call('HELLO', '3', 'AUTH', 'x', MARK),
  ],
  [
    'a transaction',
    async (pool) => {
      const results = await pool.command().multi().set(KEY, MARK, 'GET').exec();
      throw results?.[0]?.[0] ?? new Error('It did not fail');
    },
  ],
  [
    'a transaction the server discards',
    async (pool) => pool.command().multi().set('x', MARK).call('GETRANGE', MARK).exec(),
  ],
  [
    'a script on a key of another type',
    async (pool) =>
      runScript(pool.command(), {
        script: scriptOf(`return redis.call('INCRBY', KEYS[1], ARGV[1])`),
        keys: [KEY],
        args: [MARK],
      }),
  ],
  [
    'a script that quotes its argument',
    async (pool) =>
      runScript(pool.command(), {
        script: scriptOf(`error('bad: ' .. ARGV[1])`),
        keys: [KEY],
        args: [MARK],
      }),
  ],
  [
    'a script that quotes a part of it',
    async (pool) =>
      runScript(pool.command(), {
        script: scriptOf(`error('bad: ' .. string.sub(ARGV[1], 1, 13))`),
        keys: [KEY],
        args: [`${MARK}-${MARK}`],
      }),
  ],
];

it.each(refused)('keeps what was sent out of the error of %s', async (_what, send) => {
  const pool = openPool(inject('redisUrl'));
  await pool.command().lpush(KEY, 'x');
  const error = await failureOf(send(pool));
  expect(error.message).not.toBe('It did not fail');
  expect(printed(error)).not.toContain(MARK);
  expect(printed(asRedisUnavailable(error, 'look'))).not.toContain(MARK);
});

it('keeps it out of the errors of several scripts sent at once', async () => {
  const client = openPool(inject('redisUrl')).command();
  const call = {
    script: scriptOf(`return redis.call('NO-SUCH', ARGV[1])`),
    keys: [KEY],
    args: [MARK],
  };
  const replies = await runScripts(client, [call, call]);
  expect(replies).toMatchObject([{ ok: false }, { ok: false }]);
  expect(printed(replies)).not.toContain(MARK);
});

it.each(['redis', 'redis+cluster'])(
  'keeps the password of %s out of every error and of its client',
  async (scheme) => {
    const redis = await startEmbeddedRedis({
      settings: ['--cluster-enabled', scheme === 'redis' ? 'no' : 'yes', '--requirepass', 'right'],
    });
    onTestFinished(async () => redis.stop());
    const reported: Error[] = [];
    const url = redis.url.replace('redis://', `${scheme}://somebody:${MARK}@`);
    const pool = openPool(url, (error) => void reported.push(error));
    const client = pool.command();
    const emitted: unknown[] = [];
    client.on('error', (error) => emitted.push(error));
    client.on('node error', (error) => emitted.push(error));
    await expect.poll(() => reported.length).toBeGreaterThan(0);
    await expect.poll(() => emitted.length).toBeGreaterThan(0);
    const nodes = 'nodes' in client ? client.nodes() : [];
    const health = await pool.health(100);
    expect(health.problem).toMatch(/WRONGPASS/);
    for (const each of [reported, emitted, client, nodes, pool, health]) {
      expect(printed(each)).not.toContain(MARK);
    }
  },
);

it('removes data that servers and parsers quote from an error, and keeps the reason', () => {
  const cause = Object.assign(new Error('read ECONNRESET'), {
    code: 'ECONNRESET',
    syscall: 'read',
  });
  const error = Object.assign(
    new Error(`Command queue state error. Last reply: ${MARK}`, { cause }),
    {
      buffer: Buffer.from(MARK),
      command: { name: 'set', args: [MARK] },
      previousErrors: [Object.assign(new Error('x'), { command: { name: 'set', args: [MARK] } })],
    },
  );
  Object.assign(cause, { cert: MARK, cause: error });
  expect(bareError(error)).toBe(error);
  expect(printed(error.message + String(error.stack) + inspect(error))).not.toContain(MARK);
  expect(error.cause).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
  expect(bareError(MARK)).toBe(MARK);
});

it('reports the error of a script as given by Redis', async () => {
  const client = openPool(inject('redisUrl')).command();
  const call = { script: scriptOf('return nothing + 1'), keys: [KEY], args: [] };
  expect((await failureOf(runScript(client, call))).message).toContain(
    "nonexistent global variable 'nothing'",
  );
});
