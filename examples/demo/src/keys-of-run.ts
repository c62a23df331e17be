import { RedisPool } from '@nooble/redis';

/**
 * Removes every key that begins with the prefix of a run. It scans the whole Redis, which a demo may do once;
 * a service never does.
 */
export async function removeKeys(url: string, prefix: string): Promise<void> {
  const pool = new RedisPool({ url, name: 'demo' });
  try {
    const client = pool.command();
    await client.ping();
    const nodes = 'nodes' in client ? client.nodes('master') : [client];
    for (const node of nodes) {
      for await (const keys of node.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
        // One by one: in a Cluster they are in different slots.
        await Promise.all((keys as string[]).map(async (key) => client.unlink(key)));
      }
    }
  } finally {
    await pool.close();
  }
}
