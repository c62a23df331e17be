import { crc32 } from 'node:zlib';
import { asRedisUnavailable, type RedisPool } from '@nooble/redis';
import { Keyspace } from './keyspace.ts';
import { domainRoot, keysOf } from './keys.ts';

/** Most partitions of a domain: an idle worker waits on a connection per partition. */
export const MAX_PARTITIONS = 64;

/** The keyspaces of one domain: one, or one per partition. A tenant is in exactly one of them. */
export class DomainKeyspaces {
  readonly all: readonly [Keyspace, ...Keyspace[]];

  constructor(prefix: string, domain: string, count: number) {
    const at = (index: number): Keyspace =>
      new Keyspace(prefix, domain, ...(count === 1 ? [] : [{ index, of: count }]));
    this.all = [at(0), ...Array.from({ length: count - 1 }, (_, index) => at(index + 1))];
  }

  /** By hash, so that every process finds the same one without asking. */
  of(tenantId: string): Keyspace {
    const [first] = this.all;
    if (this.all.length === 1) return first;
    return this.all[crc32(tenantId) % this.all.length] ?? first;
  }
}

/** Knows into how many partitions each domain is cut: Redis says so, and is asked once per domain. */
export class Partitions {
  readonly #redis: RedisPool;
  readonly #prefix: string;
  readonly #known = new Map<string, Promise<DomainKeyspaces>>();

  constructor({ redis, prefix }: { redis: RedisPool; prefix: string }) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** Throws RedisUnavailableError; asking again is safe. The name must be checked before. */
  async of(domain: string): Promise<DomainKeyspaces> {
    let known = this.#known.get(domain);
    if (!known) {
      this.#known.set(domain, (known = this.#look(domain)));
      known.catch(() => this.forget(domain));
    }
    return known;
  }

  /** As `of`, and knows of a change that another process made. */
  async lookAgain(domain: string): Promise<DomainKeyspaces> {
    this.forget(domain);
    return this.of(domain);
  }

  /** The number may have changed: look again when it is next needed. */
  forget(domain: string): void {
    this.#known.delete(domain);
  }

  /** Says for all processes how many there are; they notice by themselves. Throws RedisUnavailableError. */
  async write(domain: string, count: number): Promise<DomainKeyspaces> {
    const keyspaces = new DomainKeyspaces(this.#prefix, domain, count);
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
      const count = await this.#redis.command().get(this.#keyOf(domain));
      return new DomainKeyspaces(this.#prefix, domain, Number(count ?? 1));
    } catch (error) {
      throw asRedisUnavailable(error, `find the partitions of domain "${domain}"`);
    }
  }

  #keyOf(domain: string): string {
    return keysOf(domainRoot(this.#prefix, domain), ['partitions'])[0] ?? '';
  }
}
