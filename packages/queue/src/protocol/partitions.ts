import { crc32 } from 'node:zlib';
import { asRedisUnavailable, type RedisPool } from '@nooble/redis';
import { Keyspace } from './keyspace.ts';
import { domainRoot, keysOf } from './keys.ts';

/** Maximum number of partitions of a domain: an idle worker keeps a connection per partition. */
export const MAX_PARTITIONS = 64;

/** The keyspaces of one domain: one, or one per partition. A tenant is in exactly one of them. */
export class DomainKeyspaces {
  readonly all: readonly [Keyspace, ...Keyspace[]];
  /** Time at which the next slot of a schedule is due, when the count was read (Unix ms); undefined without schedules. */
  readonly nextSlotMs: number | undefined;

  constructor(
    prefix: string,
    domain: string,
    { count, nextSlotMs }: { readonly count: number; readonly nextSlotMs?: number | undefined },
  ) {
    this.nextSlotMs = nextSlotMs;
    const at = (index: number): Keyspace =>
      new Keyspace(prefix, domain, ...(count === 1 ? [] : [{ index, of: count }]));
    this.all = [at(0), ...Array.from({ length: count - 1 }, (_, index) => at(index + 1))];
  }

  /** Selects by hash, so that every process finds the same keyspace. */
  of(tenantId: string): Keyspace {
    const [first] = this.all;
    if (this.all.length === 1) return first;
    return this.all[crc32(tenantId) % this.all.length] ?? first;
  }
}

/** Caches the partition count of each domain, which is stored in Redis and read once per domain. */
export class Partitions {
  readonly #redis: RedisPool;
  readonly #prefix: string;
  readonly #known = new Map<string, Promise<DomainKeyspaces>>();

  constructor({ redis, prefix }: { redis: RedisPool; prefix: string }) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /**
   * Returns the known keyspaces of a domain. The name must have been checked. Throws RedisUnavailableError; it is safe to
   * retry.
   */
  async of(domain: string): Promise<DomainKeyspaces> {
    let known = this.#known.get(domain);
    if (!known) {
      this.#known.set(domain, (known = this.#look(domain)));
      known.catch(() => this.forget(domain));
    }
    return known;
  }

  /** Like `of`, but reads the count again, so that it includes a change that another process made. */
  async lookAgain(domain: string): Promise<DomainKeyspaces> {
    this.forget(domain);
    return this.of(domain);
  }

  /** Drops the cached count: it may have changed, and is read again when it is next needed. */
  forget(domain: string): void {
    this.#known.delete(domain);
  }

  /** Returns the keyspaces that a domain would have with this number of partitions. */
  at(domain: string, count: number): DomainKeyspaces {
    return new DomainKeyspaces(this.#prefix, domain, { count });
  }

  /** Stores the partition count; other processes pick it up on their next read. Throws RedisUnavailableError. */
  async write(domain: string, count: number): Promise<DomainKeyspaces> {
    const keyspaces = this.at(domain, count);
    try {
      await this.#redis.command().set(this.#keyOf(domain), count);
    } catch (error) {
      throw asRedisUnavailable(error, `set the number of partitions of domain "${domain}"`);
    }
    this.#known.set(domain, Promise.resolve(keyspaces));
    return keyspaces;
  }

  async #look(domain: string): Promise<DomainKeyspaces> {
    try {
      const names = keysOf(domainRoot(this.#prefix, domain), ['partitions', 'next_slot']);
      const [count, next] = await this.#redis.command().mget(names);
      const nextSlotMs = next === null || next === undefined ? undefined : Number(next);
      return new DomainKeyspaces(this.#prefix, domain, { count: Number(count ?? 1), nextSlotMs });
    } catch (error) {
      throw asRedisUnavailable(error, `find the partitions of domain "${domain}"`);
    }
  }

  #keyOf(domain: string): string {
    return keysOf(domainRoot(this.#prefix, domain), ['partitions'])[0] ?? '';
  }
}
