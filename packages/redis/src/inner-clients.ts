import { Cluster, type Redis } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';

/** Internals of ioredis. */
interface SentinelConnector {
  connectToSentinel?(...args: unknown[]): Redis;
}

/**
 * Visits every client that ioredis creates inside another client, as soon as it is created: the nodes of a Cluster, the
 * copies of nodes that read its slots, and the Sentinel clients. The first Sentinel client is created before `client`
 * is returned and is not visited.
 */
export function onInnerClient(client: RedisClient, visit: (inner: Redis) => void): void {
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => {
      visit(node);
      visitCopies(node, visit);
    });
    return;
  }
  const { connector } = client as unknown as { connector: SentinelConnector };
  const connect = connector.connectToSentinel?.bind(connector);
  if (!connect) return;
  connector.connectToSentinel = (...args) => {
    const sentinel = connect(...args);
    visit(sentinel);
    return sentinel;
  };
}

/** The Cluster ignores the `error` events of these copies, so the reason of a failure would be lost. */
function visitCopies(node: Redis, visit: (inner: Redis) => void): void {
  const duplicate = node.duplicate.bind(node);
  node.duplicate = (...args) => {
    const copy = duplicate(...args);
    visit(copy);
    return copy;
  };
}
