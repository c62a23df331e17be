import { Cluster } from 'ioredis';
import type { RedisClient } from './client.ts';

/** How often a connection is asked, and for how long it may be silent, ms. */
export interface SilenceLimits {
  readonly askMs: number;
  readonly silenceMs: number;
}

/** A silence is longer than any blocking command we send (5 s). */
const LIMITS: SilenceLimits = { askMs: 5_000, silenceMs: 10_000 };

/**
 * Finds half-open connections: a peer that vanished without a word would otherwise keep its commands
 * waiting for minutes. The client then connects anew and sends them again. Ends with the client.
 * (ioredis has `socketTimeout`, but its timer outlives the connection and ends the next one.)
 */
export function watchSilence(
  client: RedisClient,
  { askMs, silenceMs }: SilenceLimits = LIMITS,
): void {
  const asked = new WeakSet<object>();
  const ask = setInterval(() => {
    for (const node of client instanceof Cluster ? client.nodes('all') : [client]) {
      if (node.status !== 'ready' || asked.has(node)) continue;
      asked.add(node);
      const silent = setTimeout(() => node.disconnect(true), silenceMs);
      silent.unref();
      node
        .ping()
        .catch(() => undefined)
        .finally(() => {
          clearTimeout(silent);
          asked.delete(node);
        });
    }
  }, askMs);
  ask.unref();
  client.once('end', () => clearInterval(ask));
}
