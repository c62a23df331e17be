import { RedisPool } from '@nooble/redis';

/**
 * Removes every key that begins with the prefix of a run. This scans the whole Redis once, which is acceptable for a demo
 * but not for a service.
 */
export async function removeKeys(url: string, prefix: string): Promise<void> {
  const pool = new RedisPool({ url, name: 'demo' });
  try {
    const client = pool.command();
    await client.ping();
    const nodes = 'nodes' in client ? client.nodes('master') : [client];
    for (const node of nodes) {
      for await (const keys of node.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
        // One key per command, because keys in a Cluster are in different slots.
        await Promise.all((keys as string[]).map(async (key) => client.unlink(key)));
      }
    }
  } finally {
    await pool.close();
  }
}
