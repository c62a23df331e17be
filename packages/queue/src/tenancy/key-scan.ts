import { asRedisUnavailable, type RedisClient, type RedisPool } from '@nooble/redis';

/** Number of keys that a server examines per call. */
const PAGE = 1_000;

/**
 * Returns the keys that begin with a text, in pages; of a Cluster, those of all nodes. A key that exists during the whole scan is
 * returned at least once.
 */
export async function* scanKeys(redis: RedisPool, start: string): AsyncGenerator<string[]> {
  for (const node of nodesOf(redis.command())) {
    let cursor = '0';
    do {
      let keys: string[];
      try {
        [cursor, keys] = await node.scan(cursor, 'MATCH', `${start}*`, 'COUNT', PAGE);
      } catch (error) {
        throw asRedisUnavailable(error, 'list the keys of all domains');
      }
      if (keys.length > 0) yield keys;
    } while (cursor !== '0');
  }
}

type Scannable = Exclude<RedisClient, { nodes: unknown }>;

function nodesOf(client: RedisClient): readonly Scannable[] {
  return 'nodes' in client ? client.nodes('master') : [client];
}
