import { createHash } from 'node:crypto';
import type { RedisClient } from './client.ts';
import { rememberOrigin } from './connection-trouble.ts';

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

/** What became of one call of a pipeline. */
export type ScriptReply =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

/** Prepares a script; it is sent to a server the first time that server does not know it. */
export function defineScript({ name, lua }: { name: string; lua: string }): RedisScript {
  return Object.freeze({ name, lua, sha: createHash('sha1').update(lua).digest('hex') });
}

/** Calls a script; survives `SCRIPT FLUSH`, a restart and a failover. Throws what the script or the connection throws. */
export async function runScript(client: RedisClient, call: ScriptCall): Promise<unknown> {
  const { script, keys, args } = call;
  const sent = client.evalsha(script.sha, keys.length, ...keys, ...args);
  try {
    return await sent.catch((error: unknown) => {
      if (!isUnknownScript(error)) throw error;
      return client.eval(script.lua, keys.length, ...keys, ...args);
    });
  } catch (error) {
    throw fromClient(error, client);
  }
}

/**
 * Calls scripts in order in one round trip, all on one Cluster slot. Each gets its own reply; scripts
 * the server does not know are sent again with their text, in a second round trip. Never rejects.
 */
export async function runScripts(
  client: RedisClient,
  calls: readonly ScriptCall[],
): Promise<ScriptReply[]> {
  const replies = await sendAll(client, calls, 'evalsha');
  const unknown = replies.flatMap((reply, index) =>
    !reply.ok && isUnknownScript(reply.error) ? [index] : [],
  );
  if (unknown.length === 0) return replies;
  const again = await sendAll(
    client,
    unknown.flatMap((index) => calls[index] ?? []),
    'eval',
  );
  for (const [position, index] of unknown.entries()) {
    const reply = again[position];
    if (reply) replies[index] = reply;
  }
  return replies;
}

async function sendAll(
  client: RedisClient,
  calls: readonly ScriptCall[],
  command: 'eval' | 'evalsha',
): Promise<ScriptReply[]> {
  const pipeline = client.pipeline();
  for (const { script, keys, args } of calls) {
    const text = command === 'eval' ? script.lua : script.sha;
    pipeline[command](text, keys.length, ...keys, ...args);
  }
  try {
    const replies = (await pipeline.exec()) ?? [];
    return calls.map((_call, index) => replyOf(client, replies[index]));
  } catch (error) {
    return calls.map(() => ({ ok: false, error: fromClient(error, client) }));
  }
}

function replyOf(
  client: RedisClient,
  [error, value]: readonly [Error | null, unknown] = [new Error('Connection is closed'), undefined],
): ScriptReply {
  return error ? { ok: false, error: fromClient(error, client) } : { ok: true, value };
}

function fromClient(thrown: unknown, client: RedisClient): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  rememberOrigin(error, client);
  return error;
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
