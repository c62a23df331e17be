import { Cluster, type Redis } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';

/** How often a connection is looked at, and for how long commands may wait for one (ms). */
export interface WaitingLimits {
  readonly lookMs: number;
  readonly limitMs: number;
}

const LIMITS: WaitingLimits = { lookMs: 1_000, limitMs: 10_000 };

/** Parts of ioredis that have no public counterpart: its own limit counts only attempts that end. */
interface Queues {
  flushQueue(error: Error, which: { offlineQueue: boolean; commandQueue: boolean }): void;
  /** Commands that wait for their replies. */
  commandQueue: unknown;
  /** Commands of the last connection that the next one sends again. */
  prevCommandQueue?: { shift(): { command: { reject(error: Error): void } } | undefined } | null;
}

/**
 * Rejects the commands that wait for a connection once there has been none for `limitMs`: a Cluster, a
 * Sentinel and a peer that accepts and says nothing would otherwise keep them forever. The client goes on
 * connecting. Ends with the client.
 */
export function limitWaiting(
  client: RedisClient,
  { lookMs, limitMs }: WaitingLimits = LIMITS,
): void {
  const since = new WeakMap<RedisClient, number>();
  const look = setInterval(() => {
    for (const part of partsOf(client)) {
      const now = performance.now();
      const start = since.get(part) ?? now;
      if (isAtWork(part)) since.delete(part);
      else since.set(part, start);
      if (now - start >= limitMs) rejectWaiting(part, new Error(`No connection for ${limitMs} ms`));
    }
  }, lookMs);
  look.unref();
  client.once('end', () => clearInterval(look));
}

/**
 * Rejects commands that no later connection sends again: those that ioredis sends before a server is ready,
 * such as INFO, are forgotten when that connection ends, and would wait forever.
 */
export function rejectForgotten(client: RedisClient): void {
  if (client instanceof Cluster) client.on('+node', rejectOnClose);
  else rejectOnClose(client);
}

function rejectOnClose(node: Redis): void {
  const queues = node as unknown as Queues;
  const which = { offlineQueue: false, commandQueue: true };
  node.on('close', () => {
    if (queues.commandQueue === queues.prevCommandQueue) return;
    queues.flushQueue(new Error('Connection is closed.'), which);
  });
}

function partsOf(client: RedisClient): RedisClient[] {
  return client instanceof Cluster ? [client, ...client.nodes('all')] : [client];
}

/** A node in `wait` is one of a Cluster that nobody has asked for anything. */
function isAtWork({ status }: Redis | Cluster): boolean {
  return status === 'ready' || status === 'wait' || status === 'end';
}

function rejectWaiting(part: RedisClient, error: Error): void {
  const queues = part as unknown as Queues;
  // What it says to greet the server stays: its connection may still come about.
  queues.flushQueue(error, { offlineQueue: true, commandQueue: false });
  for (let item = queues.prevCommandQueue?.shift(); item; item = queues.prevCommandQueue?.shift()) {
    item.command.reject(error);
  }
}
