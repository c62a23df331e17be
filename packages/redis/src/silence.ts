import { Cluster, type Redis } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';

/** When a connection that says nothing is asked, and when it is given up (ms). */
export interface SilenceLimits {
  /** How often one looks; both other limits are counted in looks. */
  readonly lookMs: number;
  readonly askMs: number;
  readonly silenceMs: number;
}

/** Both are longer than any blocking command we send (5 s). */
const LIMITS: SilenceLimits = { lookMs: 1_000, askMs: 6_000, silenceMs: 14_000 };

/** What was heard on a connection, and for how long nothing more. */
interface Heard {
  readonly stream: unknown;
  readonly bytes: number;
  /** Counted in looks: while this process itself stood still, nobody was silent. */
  readonly silentMs: number;
}

/**
 * Finds half-open connections: a peer that vanished, or accepts and says nothing, would otherwise keep its
 * commands waiting for minutes or forever. The client then reconnects, until it succeeds, and sends
 * them again. Ends with the client. (ioredis has `socketTimeout`, but its timer outlives the connection and
 * ends the next one; its `connectTimeout` ends where the peer accepts.)
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
  // Before and after these two, time limits of ioredis apply, and to disconnect it would be to end it for good.
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
