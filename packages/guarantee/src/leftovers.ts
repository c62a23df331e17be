import { RedisPool, type RedisClient } from '@nooble/redis';

const PAGE = 1_000;

/** Removes every key of a run. Looks through all of Redis, a page at a time. */
export async function removeKeys(url: string, prefix: string): Promise<void> {
  await overKeys(url, prefix, async (client, keys) => {
    // One at a time: on a Cluster they are in different slots.
    await Promise.all(keys.map(async (key) => client.unlink(key)));
  });
}

/** Keys of a run that have this in their names. */
export async function findKeys(url: string, prefix: string, part: string): Promise<string[]> {
  const found: string[] = [];
  await overKeys(url, prefix, async (_client, keys) => {
    found.push(...keys.filter((key) => key.includes(part)));
  });
  return found;
}

/** Keys of a run that no time to live will remove, in no order. */
export async function lastingKeys(url: string, prefix: string): Promise<string[]> {
  const lasting: string[] = [];
  await overKeys(url, prefix, async (client, keys) => {
    const lives = await Promise.all(keys.map(async (key) => client.pttl(key)));
    lasting.push(...keys.filter((_key, index) => lives[index] === -1));
  });
  return lasting;
}

async function overKeys(
  url: string,
  prefix: string,
  visit: (client: RedisClient, keys: string[]) => Promise<void>,
): Promise<void> {
  const pool = new RedisPool({ url, name: 'nooble-guarantee' });
  try {
    const client = pool.command();
    await client.ping();
    for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
      const pages = node.scanStream({ match: `${prefix}:*`, count: PAGE });
      for await (const keys of pages) await visit(client, keys as string[]);
    }
  } finally {
    await pool.close();
  }
}
