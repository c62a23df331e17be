import { expect, it, onTestFinished } from 'vitest';
import { SCRIPTS } from '../src/generated/scripts.ts';
import { openQueue, PATIENT, startServer } from './fixture.ts';
import { takeTour } from './tour.ts';

/** Commands that only read. */
const READS =
  /^(exists|get|hstrlen|scard|hget|hmget|hgetall|hexists|hkeys|hlen|lindex|llen|lpos|lrange|pttl|time|z(card|count|range|rank|revrange|score|mscore)|x(range|revrange|len|info))$/i;

/** One script call: the keys it declared or requested, and whether it has written. */
interface Call {
  readonly name: string;
  readonly known: Set<string>;
  hasWritten: boolean;
}

it('writes to no key that it neither declared nor touched before its first write', async () => {
  const server = await startServer();
  const tiers = { professional: { perMinute: 1_000, perDay: 1_000 } };
  const queue = openQueue({ url: server.url, tiers });
  const client = queue.redis.command();
  if (!('monitor' in client)) throw new Error('Not a single server');
  const monitor = await client.monitor();
  onTestFinished(() => monitor.disconnect());
  const names = new Map<string, string>();
  for (const [name, { lua }] of Object.entries(SCRIPTS)) {
    names.set(String(await client.script('LOAD', lua)), name);
  }
  const seen = new Set<string>();
  const untouched = new Set<string>();
  let call: Call | undefined;
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    const [command = '', ...rest] = args;
    if (source !== 'lua') {
      const name = command.toLowerCase() === 'evalsha' ? names.get(rest[0] ?? '') : undefined;
      const declared = rest.slice(2, 2 + Number(rest[1]));
      call = name === undefined ? undefined : { name, known: new Set(declared), hasWritten: false };
      if (name !== undefined) seen.add(name);
      return;
    }
    if (!call) return;
    const keys = rest.filter((arg) => arg.startsWith(`${queue.prefix}:`));
    if (!READS.test(command)) call.hasWritten = true;
    for (const key of keys) {
      if (!call.hasWritten) call.known.add(key);
      else if (!call.known.has(key)) untouched.add(`${call.name}: ${command} ${key}`);
    }
  });
  await takeTour(queue, async () => undefined);
  await expect.poll(() => seen.size, PATIENT).toBe(Object.keys(SCRIPTS).length);
  expect([...untouched]).toEqual([]);
});
