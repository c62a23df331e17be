import { RedisPool, type RedisClient } from '@nooble/redis';

const KEYS_PER_PAGE = 1_000;

/** Removes every key of a run. Scans all keys of Redis, page by page. */
export async function removeKeys(url: string, prefix: string): Promise<void> {
  await forEachPage(url, prefix, async (client, keys) => {
    // One key per call, because on a Cluster they are in different slots.
    await Promise.all(keys.map(async (key) => client.unlink(key)));
  });
}

/** Returns the keys of a run whose names contain `part`. */
export async function findKeys(url: string, prefix: string, part: string): Promise<string[]> {
  const found: string[] = [];
  await forEachPage(url, prefix, async (_client, keys) => {
    found.push(...keys.filter((key) => key.includes(part)));
  });
  return found;
}

/** Returns the keys of a run that never expire, in no particular order. */
export async function lastingKeys(url: string, prefix: string): Promise<string[]> {
  const lasting: string[] = [];
  await forEachPage(url, prefix, async (client, keys) => {
    const lives = await Promise.all(keys.map(async (key) => client.pttl(key)));
    lasting.push(...keys.filter((_key, index) => lives[index] === -1));
  });
  return lasting;
}

/** Returns the keys of a run with their remaining times to live (ms); -1 for a key that never expires. */
export async function livesOfKeys(url: string, prefix: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  await forEachPage(url, prefix, async (client, keys) => {
    const lives = await Promise.all(keys.map(async (key) => client.pttl(key)));
    for (const [index, key] of keys.entries()) {
      const life = lives[index] ?? -2;
      // It has expired since the page was read.
      if (life !== -2) found.set(key, life);
    }
  });
  return found;
}

async function forEachPage(
  url: string,
  prefix: string,
  visit: (client: RedisClient, keys: string[]) => Promise<void>,
): Promise<void> {
  const pool = new RedisPool({ url, name: 'nooble-guarantee' });
  try {
    const client = pool.command();
    await client.ping();
    for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
      const pages = node.scanStream({ match: `${prefix}:*`, count: KEYS_PER_PAGE });
      for await (const keys of pages) await visit(client, keys as string[]);
    }
  } finally {
    await pool.close();
  }
}
