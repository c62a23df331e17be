import { asRedisUnavailable, type RedisClient, type RedisPool } from '@nooble/redis';
import { ownerOf, type OwnedKey } from './key-owner.ts';
import { scanKeys } from './key-scan.ts';

interface Parts {
  readonly redis: RedisPool;
  readonly prefix: string;
}

/** Returns the names of all domains that have keys, in order. */
export async function domainsOf({ redis, prefix }: Parts): Promise<string[]> {
  const domains = new Set<string>();
  for await (const keys of scanKeys(redis, `${prefix}:{`)) {
    for (const key of keys) {
      const owner = ownerOf(prefix, key);
      if (owner) domains.add(owner.domain);
    }
  }
  return [...domains].toSorted();
}

/** Returns the keys that belong to one tenant, by their name or by their value, in pages. */
export async function* keysOfTenant(
  { redis, prefix }: Parts,
  tenantId: string,
): AsyncGenerator<OwnedKey[]> {
  for await (const keys of scanKeys(redis, `${prefix}:{`)) {
    const owned = keys.flatMap((key) => ownerOf(prefix, key) ?? []);
    const flags = await Promise.all(
      owned.map(async (each) => (await tenantOf(redis.command(), each)) === tenantId),
    );
    const own = owned.filter((_, at) => flags[at]);
    if (own.length > 0) yield own;
  }
}

/** Deletes keys. Returns their number. */
export async function deleteKeys(redis: RedisPool, keys: readonly OwnedKey[]): Promise<number> {
  try {
    // One by one: those of different domains are in different slots of a Cluster.
    const deleted = await Promise.all(keys.map(async ({ key }) => redis.command().unlink(key)));
    return deleted.reduce((sum, each) => sum + each, 0);
  } catch (error) {
    throw asRedisUnavailable(error, 'delete the keys of a tenant');
  }
}

/** Returns undefined for a key that belongs to no tenant, or whose action has not ended. */
async function tenantOf(
  client: RedisClient,
  { key, tenantId, ended }: OwnedKey,
): Promise<string | undefined> {
  if (tenantId !== undefined || !ended) return tenantId;
  try {
    if (ended.in === 'kept') return tenantInKept(await client.getrange(key, 0, 255));
    const [last] = await client.xrevrange(key, '+', '-', 'COUNT', 1);
    return tenantInEntry(last?.[1] ?? []);
  } catch (error) {
    throw asRedisUnavailable(error, 'find the keys of a tenant');
  }
}

/** A kept ending begins with how it ended and its tenant. */
function tenantInKept(text: string): string | undefined {
  return /^\S+ (\S+)\n/.exec(text)?.[1];
}

/** The last entry of a stream names its tenant. */
function tenantInEntry(fields: readonly string[]): string | undefined {
  const at = fields.indexOf('tenant');
  return at % 2 === 0 ? fields[at + 1] : undefined;
}
