import { Cluster, type Redis } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';

/** Interval of the check, and maximum time that commands wait for a connection (ms). */
export interface WaitingLimits {
  readonly lookMs: number;
  readonly limitMs: number;
}

const LIMITS: WaitingLimits = { lookMs: 1_000, limitMs: 10_000 };

/** Internals of ioredis. Its own limit only counts connection attempts that end. */
interface Queues {
  flushQueue(error: Error, which: { offlineQueue: boolean; commandQueue: boolean }): void;
  /** Commands waiting for replies. */
  commandQueue: unknown;
  /** Commands of the previous connection, which the next connection sends again. */
  prevCommandQueue?: { shift(): { command: { reject(error: Error): void } } | undefined } | null;
}

/**
 * Rejects commands that wait for a connection once there has been none for `limitMs`. With a Cluster, a Sentinel or a
 * peer that accepts connections but never replies, they would otherwise wait forever. The client continues to
 * reconnect. Ends with the client.
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
 * Rejects commands that no later connection sends again. ioredis forgets commands that it sends before a server is
 * ready, such as INFO, when the connection ends; they would wait forever.
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

/** A Cluster node in status `wait` has not been used yet. */
function isAtWork({ status }: Redis | Cluster): boolean {
  return status === 'ready' || status === 'wait' || status === 'end';
}

function rejectWaiting(part: RedisClient, error: Error): void {
  const queues = part as unknown as Queues;
  // Keep the commands of the handshake: the connection may still be established.
  queues.flushQueue(error, { offlineQueue: true, commandQueue: false });
  for (let item = queues.prevCommandQueue?.shift(); item; item = queues.prevCommandQueue?.shift()) {
    item.command.reject(error);
  }
}
