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

/** One call of a script. All its keys must be in one Cluster slot. */
export interface ScriptCall {
  readonly script: RedisScript;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** Result of one call. */
export type ScriptResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Error };

/** Prepares a script. Its text is only sent to servers that do not know its digest. */
export function defineScript({ name, lua }: { name: string; lua: string }): RedisScript {
  return Object.freeze({ name, lua, sha: createHash('sha1').update(lua).digest('hex') });
}

/** Calls a script; survives `SCRIPT FLUSH`, a restart and a failover. Throws errors of the script or the connection. */
export async function runScript(client: RedisClient, call: ScriptCall): Promise<unknown> {
  let reply = await send(client, call, 'evalsha');
  if (isUnknownScript(reply)) reply = await send(client, call, 'eval');
  if (reply.ok) return reply.value;
  throw reply.error;
}

/**
 * Calls scripts in order in one round trip, all in one Cluster slot, and returns one result per call. Scripts that the
 * server does not know are sent again with their text, in a second round trip. Never rejects.
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
 * Sends separate commands in a single write. An ioredis pipeline would do the same, but each pipeline leaves a hidden
 * class behind that keeps all its replies alive until the next full garbage collection.
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

/** The command has been sent when this function returns its promise. Never rejects. */
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
