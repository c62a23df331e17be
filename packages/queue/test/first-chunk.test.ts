import { parseInboxName } from '@nooble/models';
import { expect, it, onTestFinished } from 'vitest';
import type { EmittedChunks } from '../src/broker.ts';
import { SCRIPTS } from '../src/generated/scripts.ts';
import { inboxKey } from '../src/protocol/keys.ts';
import { scriptOf } from '../src/protocol/keyspace.ts';
import { openPool, openQueue, PATIENT } from './fixture.ts';
import { openSwallowingProxy } from './swallowing-proxy.ts';

const INBOX = 'inbox:reader';

/** A claimed action, and a broker whose replies can be swallowed. */
async function emitting() {
  const proxy = await openSwallowingProxy();
  const queue = openQueue();
  await queue.enqueue();
  const { lease } = await queue.claimOne();
  const broker = queue.brokerOf({ redis: openPool(proxy.url) });
  const emit = async (fields: Partial<EmittedChunks>) =>
    broker.emit({ lease, first: 1, chunks: ['1'], readers: [INBOX], ...fields });
  // The server now knows the scripts, and the broker the partitions.
  await emit({});
  const key = inboxKey(queue.prefix, parseInboxName(INBOX));
  return { queue, proxy, emit, key };
}

it('reaches its reader in one round trip: before Redis has replied anything to its worker', async () => {
  const { queue, proxy, emit, key } = await emitting();
  await expect.poll(async () => queue.redis.command().xlen(key), PATIENT).toBe(1);
  proxy.swallowReplies('"the next"');
  void emit({ first: 2, chunks: ['"the next"'] }).catch(() => undefined);
  await expect.poll(async () => queue.redis.command().xlen(key), PATIENT).toBe(2);
  proxy.cut();
});

it('is sent to its reader in one call, before the call that stores it', async () => {
  const { queue, emit } = await emitting();
  const client = queue.redis.command();
  if (!('monitor' in client)) throw new Error('Only a single server is monitored');
  const monitor = await client.monitor();
  onTestFinished(() => monitor.disconnect());
  const names = new Map(
    Object.keys(SCRIPTS).map((name) => [scriptOf(name as keyof typeof SCRIPTS).sha, name]),
  );
  const calls: string[] = [];
  monitor.on('monitor', (_time, [command = '', sha = '', ...args]: string[]) => {
    const isOwn = args.some((arg) => arg.startsWith(`${queue.prefix}:`));
    if (command.toLowerCase() === 'evalsha' && isOwn) calls.push(names.get(sha) ?? sha);
  });
  await emit({ first: 2, chunks: ['2', '3'] });
  await expect.poll(() => calls, PATIENT).toEqual(['reply', 'emit']);
});
