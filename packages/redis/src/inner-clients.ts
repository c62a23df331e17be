import { Cluster, type Redis } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';

/** Part of ioredis that has no public counterpart. */
interface SentinelConnector {
  connectToSentinel?(...args: unknown[]): Redis;
}

/**
 * Visits every client that ioredis creates inside another one, as soon as it exists: the nodes of a Cluster,
 * the copies of them that read its slots, the clients of Sentinels. The first client of a Sentinel is older
 * than `client` and is not visited.
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

/** Without this the reason of a failed copy is lost: the Cluster ignores its `error` events. */
function visitCopies(node: Redis, visit: (inner: Redis) => void): void {
  const duplicate = node.duplicate.bind(node);
  node.duplicate = (...args) => {
    const copy = duplicate(...args);
    visit(copy);
    return copy;
  };
}
