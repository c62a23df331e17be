import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client.ts';

/** How often a connection is asked, and for how long it may be silent, ms. */
export interface SilenceLimits {
  readonly askMs: number;
  readonly silenceMs: number;
}

/** A silence is longer than any blocking command we send (5 s). */
const LIMITS: SilenceLimits = { askMs: 5_000, silenceMs: 10_000 };

/**
 * Finds half-open connections: a peer that vanished, or accepts and says nothing, would otherwise keep its
 * commands waiting for minutes or for ever. The client then connects anew, as often as it takes, and sends
 * them again. Ends with the client. (ioredis has `socketTimeout`, but its timer outlives the connection and
 * ends the next one; its `connectTimeout` ends where the peer accepts.)
 */
export function watchSilence(
  client: RedisClient,
  { askMs, silenceMs }: SilenceLimits = LIMITS,
): void {
  const watched = new WeakSet<Redis>();
  const ask = setInterval(() => {
    for (const node of client instanceof Cluster ? client.nodes('all') : [client]) {
      if (watched.has(node) || node.status === 'end' || node.status === 'wait') continue;
      watched.add(node);
      // Again and again: the connection that follows may be as silent.
      const silent = setInterval(() => drop(node), silenceMs);
      silent.unref();
      void signOfLife(node).finally(() => {
        clearInterval(silent);
        watched.delete(node);
      });
    }
  }, askMs);
  ask.unref();
  client.once('end', () => clearInterval(ask));
}

/** While it still connects, time limits of its own apply, and to disconnect it would be to end it for good. */
function drop(node: Redis): void {
  if (node.status === 'connect' || node.status === 'ready') node.disconnect(true);
}

/** Resolves when the peer answers, or when what it should have answered is given up. */
async function signOfLife(node: Redis): Promise<void> {
  if (node.status === 'ready') {
    await node.ping().catch(() => undefined);
    return;
  }
  const events = ['ready', 'close', 'end'] as const;
  await new Promise<void>((resolve) => {
    const heard = (): void => {
      for (const event of events) node.off(event, heard);
      resolve();
    };
    for (const event of events) node.on(event, heard);
  });
}
