import { createHash } from 'node:crypto';
import { Cluster } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';

/** A Lua script, called by its digest. */
export interface RedisScript {
  readonly name: string;
  readonly lua: string;
  /** SHA-1 of the text, hexadecimal. */
  readonly sha: string;
}

/** One call of a script. All its keys live in one Cluster slot. */
export interface ScriptCall {
  readonly script: RedisScript;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** What became of one call of several. */
export type ScriptResult =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

/** Prepares a script; it is sent to a server the first time that server does not know it. */
export function defineScript({ name, lua }: { name: string; lua: string }): RedisScript {
  return Object.freeze({ name, lua, sha: createHash('sha1').update(lua).digest('hex') });
}

/** Calls a script; survives `SCRIPT FLUSH`, a restart and a failover. Throws what the script or the connection throws. */
export async function runScript(client: RedisClient, call: ScriptCall): Promise<unknown> {
  let reply = await send(client, call, 'evalsha');
  if (isUnknownScript(reply)) reply = await send(client, call, 'eval');
  if (reply.ok) return reply.value;
  throw reply.error;
}

/**
 * Calls scripts in order in one round trip, all on one Cluster slot. Each gets its own reply; scripts
 * the server does not know are sent again with their text, in a second round trip. Never rejects.
 */
export async function runScripts(
  client: RedisClient,
  calls: readonly ScriptCall[],
): Promise<ScriptResult[]> {
  const replies = await sendAll(client, calls, 'evalsha');
  const unknown = [...replies.keys()].filter((index) => isUnknownScript(replies[index]));
  if (unknown.length === 0) return replies;
  const again = unknown.flatMap((index) => calls[index] ?? []);
  for (const [position, reply] of (await sendAll(client, again, 'eval')).entries()) {
    replies[unknown[position] ?? 0] = reply;
  }
  return replies;
}

/**
 * One by one, and written at once. A pipeline of ioredis does that, too, but each leaves a hidden class
 * behind, and with it all of its replies, until the next full collection of garbage.
 */
async function sendAll(
  client: RedisClient,
  calls: readonly ScriptCall[],
  command: 'eval' | 'evalsha',
): Promise<ScriptResult[]> {
  const stream = client instanceof Cluster ? undefined : client.stream;
  stream?.cork();
  const sent = calls.map(async (call) => send(client, call, command));
  stream?.uncork();
  return Promise.all(sent);
}

/** Sent when this returns. Never rejects. */
async function send(
  client: RedisClient,
  { script, keys, args }: ScriptCall,
  command: 'eval' | 'evalsha',
): Promise<ScriptResult> {
  const text = command === 'eval' ? script.lua : script.sha;
  try {
    return { ok: true, value: await client[command](text, keys.length, ...keys, ...args) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function isUnknownScript(reply: ScriptResult | undefined): boolean {
  return reply?.ok === false && reply.error.message.startsWith('NOSCRIPT');
}
