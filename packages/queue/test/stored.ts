import { tierPriority, TIERS, type Tier } from '@nooble/models';
import type { RedisClient, RedisPool } from '@nooble/redis';
import { parseStored } from '../src/protocol/header.ts';
import type { KeyName } from '../src/protocol/key-table.ts';
import { domainRoot, inboxKey, keysOf } from '../src/protocol/keys.ts';

/** One key: its value in readable form, and its expiry (Unix ms; -1 for never). */
export interface StoredKey {
  readonly value: unknown;
  readonly expiresMs: number;
}

/** The records of a domain in Redis, read and moved in time without the scripts. */
export class Stored {
  readonly client: RedisClient;
  readonly #prefix: string;
  readonly #root: string;

  constructor(redis: RedisPool, prefix: string, domain: string) {
    this.client = redis.command();
    this.#prefix = prefix;
    this.#root = domainRoot(prefix, domain);
  }

  /** Returns the key of a table, completed by the name of a tenant, action or day. */
  key(name: KeyName, completion = ''): string {
    return `${keysOf(this.#root, [name])[0]}${completion}`;
  }

  /** Returns the key of a table that exists per tier. */
  tierKey(name: 'ready' | 'parked' | 'queue', tier: Tier, completion = ''): string {
    return `${keysOf(this.#root, [`${name}*`])[tierPriority(tier) - 1]}${completion}`;
  }

  async hash(name: KeyName, completion = ''): Promise<Record<string, string>> {
    return this.client.hgetall(this.key(name, completion));
  }

  /** Members of a sorted set by score, in ascending order. */
  async scores(key: string): Promise<Map<string, number>> {
    const cells = await this.client.zrange(key, 0, -1, 'WITHSCORES');
    return new Map(cells.flatMap((cell, at) => (at % 2 ? [] : [[cell, Number(cells[at + 1])]])));
  }

  /** Tenants of a tier that may be served now, in the order of their tags. */
  async ready(tier: Tier): Promise<Map<string, number>> {
    return this.scores(this.tierKey('ready', tier));
  }

  /** Ids of the blocked actions of all tenants. */
  async blocked(): Promise<string[]> {
    const names = (await this.client.keys(`${this.key('blocked')}*`)).filter(
      (name) => !name.slice(this.key('blocked').length).includes(':'),
    );
    return (await Promise.all(names.map(async (name) => this.client.zrange(name, 0, -1)))).flat();
  }

  /** Ids of each sequence in their order, the leader first, by the part of its key after `sequence:`. */
  async sequences(): Promise<Map<string, string[]>> {
    const stem = this.key('sequence');
    const names = await this.client.keys(`${stem}*`);
    const own = names.filter((name) => name.slice(stem.length).includes(':'));
    const members = own.map(
      async (name) =>
        [name.slice(stem.length), await this.client.zrange(name, 0, -1)] as [string, string[]],
    );
    return new Map(await Promise.all(members));
  }

  /** The texts in an inbox, in their order. */
  async replies(inboxId: string): Promise<string[]> {
    const entries = await this.client.xrange(inboxKey(this.#prefix, inboxId), '-', '+');
    return entries.map(([, [, , , text = '']]) => text);
  }

  /** All keys under the prefix, of every domain. */
  async dump(): Promise<Record<string, StoredKey>> {
    const names = await this.client.keys(`${this.#prefix}:*`);
    const entries = names.sort().map(async (name) => [name, await this.#read(name)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** The server's clock (Unix ms). */
  async now(): Promise<number> {
    const [seconds, micros] = (await this.client.time()) as unknown as [string, string];
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  /** Moves the members of a sorted set of times forward, so that they fall due earlier. */
  async hasten(
    name: 'active' | 'delayed' | 'outbox' | 'dead' | 'revoked' | 'holds' | 'slots',
    byMs: number,
  ): Promise<void> {
    for (const [member] of await this.scores(this.key(name))) {
      await this.client.zincrby(this.key(name), -byMs, member);
    }
  }

  /** Moves the admissions of a tenant back by this time, including future bookings. */
  async ageAdmissions(tenantId: string, byMs: number): Promise<void> {
    const key = this.key('minute', tenantId);
    const times = await this.client.lrange(key, 0, -1);
    for (const [index, time] of times.entries()) {
      await this.client.lset(key, index, String(Number(time) - byMs));
    }
    const actions = await this.hash('actions');
    for (const [actionId, booking] of Object.entries(await this.hash('bookings'))) {
      if (parseStored(actions[actionId] ?? '').tenantId !== tenantId) continue;
      const [slot, counted] = booking.split(' ');
      const sooner = `${Number(slot) - byMs} ${counted}`;
      await this.client.hset(this.key('bookings'), actionId, sooner);
    }
  }

  /** Makes a delayed action due and lets its expiry pass. */
  async passExpiry(actionId: string): Promise<void> {
    const text = (await this.hash('actions'))[actionId] ?? '';
    const past = text.replace(/^(\d+ \S+) -?\d+ /, '$1 1 ');
    await this.client.hset(this.key('actions'), actionId, past);
    await this.client.zadd(this.key('delayed'), 1, actionId);
  }

  /** Ends every lease, without the grace period after an outage. */
  async endLeases(): Promise<void> {
    await this.hasten('active', 3_600_000);
    await this.client.hset(this.key('state'), 'looked', await this.now());
    await this.client.hdel(this.key('state'), 'grace');
  }

  async #read(name: string): Promise<StoredKey> {
    const expiresMs = Number(await this.client.call('PEXPIRETIME', name));
    const type = await this.client.type(name);
    if (type === 'hash') return { value: await this.client.hgetall(name), expiresMs };
    if (type === 'list') return { value: await this.client.lrange(name, 0, -1), expiresMs };
    if (type === 'stream') return { value: await this.client.xrange(name, '-', '+'), expiresMs };
    if (type === 'set') return { value: await this.client.smembers(name), expiresMs };
    if (type === 'zset') return { value: Object.fromEntries(await this.scores(name)), expiresMs };
    return { value: await this.client.get(name), expiresMs };
  }
}

/** Every tier with its number, the highest priority first. */
export const NUMBERED_TIERS = TIERS.map((tier) => [tier, tierPriority(tier)] as const);
