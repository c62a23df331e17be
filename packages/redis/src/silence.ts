import { Cluster, type Redis } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';

/** Time limits for a connection on which nothing is received (ms). */
export interface SilenceLimits {
  /** Interval of the check; the other limits are multiples of it. */
  readonly lookMs: number;
  readonly askMs: number;
  readonly silenceMs: number;
}

/** Both limits are longer than any blocking command of Nooble (5 s). */
const LIMITS: SilenceLimits = { lookMs: 1_000, askMs: 6_000, silenceMs: 14_000 };

/** Bytes received on a connection, and the time since then. */
interface Heard {
  readonly stream: unknown;
  readonly bytes: number;
  /** Counted in checks, so that time during which this process was suspended does not count. */
  readonly silentMs: number;
}

/**
 * Detects half-open connections: if a peer disappeared, or accepts connections but never replies, commands would wait
 * for minutes or forever. The client then reconnects until it succeeds, and sends its commands again. Ends with the
 * client. (ioredis has `socketTimeout`, but its timer outlives the connection and ends the next one; its
 * `connectTimeout` only covers the time until the peer accepts.)
 */
export function watchSilence(client: RedisClient, limits: SilenceLimits = LIMITS): void {
  const heard = new WeakMap<Redis, Heard>();
  const look = setInterval(() => {
    for (const node of client instanceof Cluster ? client.nodes('all') : [client]) {
      heard.set(node, lookAt(node, heard.get(node), limits));
    }
  }, limits.lookMs);
  look.unref();
  client.once('end', () => clearInterval(look));
}

function lookAt(node: Redis, before: Heard | undefined, limits: SilenceLimits): Heard {
  const { stream, status } = node;
  // In other states ioredis has its own timeouts, and `disconnect()` would be permanent.
  const isUp = status === 'connect' || status === 'ready';
  const now = { stream, bytes: isUp ? stream.bytesRead : 0 };
  const isNew = !before || now.stream !== before.stream || now.bytes !== before.bytes;
  if (!isUp || isNew) return { ...now, silentMs: 0 };
  const silentMs = before.silentMs + limits.lookMs;
  if (silentMs >= limits.silenceMs) {
    node.disconnect(true);
    return { ...now, silentMs: 0 };
  }
  const isTimeToAsk = before.silentMs < limits.askMs && silentMs >= limits.askMs;
  if (isTimeToAsk && status === 'ready') node.ping().catch(() => undefined);
  return { ...now, silentMs };
}
