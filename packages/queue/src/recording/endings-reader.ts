import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import { MAX_IDS } from '../protocol/chunks.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { endingsDoneCall } from '../protocol/operations/endings-done.ts';
import {
  endingsReadCall,
  readEndings,
  type HistoryEntry,
} from '../protocol/operations/endings-read.ts';
import type { Partitions } from '../protocol/partitions.ts';

/** Time after which entries that a recorder received and did not remove are handed out again (ms). */
const PATIENCE_MS = 60_000;

/** Entries of one partition of a domain. */
export interface EndingsBatch {
  readonly domain: string;
  /** Names the partition: `4.0` for the first of four; '' for the only one. */
  readonly partition: string;
  /** In the order of their endings, except for those that are handed out again. */
  readonly entries: readonly HistoryEntry[];
  /** Removes the entries, which are stored elsewhere now. Safe to repeat. Throws RedisUnavailableError. */
  done(this: void): Promise<void>;
}

/** Options of a read. */
export interface EndingsReadOptions {
  /** Maximum number of entries per partition, up to 500. @default 500 */
  readonly maxEntries?: number;
  /** Time after which entries are handed out again (ms). @default 60_000 */
  readonly patienceMs?: number;
}

/**
 * Hands the endings of a domain to recorders. Any number of processes may read: each entry is handed to one of them, and again
 * to any of them if it is not removed in time. So an entry may be received more than once, and has to be stored once.
 */
export class EndingsReader {
  readonly #redis: RedisPool;
  readonly #partitions: Partitions;
  readonly #domain: string;

  /** The domain must have been checked. */
  constructor({ redis, partitions }: { redis: RedisPool; partitions: Partitions }, domain: string) {
    this.#redis = redis;
    this.#partitions = partitions;
    this.#domain = domain;
  }

  /** Returns a batch for each partition that has entries. Throws RedisUnavailableError. */
  async read(options: EndingsReadOptions = {}): Promise<EndingsBatch[]> {
    const { maxEntries = MAX_IDS, patienceMs = PATIENCE_MS } = options;
    const keyspaces = await this.#partitions.lookAgain(this.#domain);
    const most = { maxEntries: Math.min(maxEntries, MAX_IDS), patienceMs };
    const batches = await Promise.all(keyspaces.all.map(async (each) => this.#readOne(each, most)));
    return batches.filter(({ entries }) => entries.length > 0);
  }

  async #readOne(
    keyspace: Keyspace,
    most: { readonly maxEntries: number; readonly patienceMs: number },
  ): Promise<EndingsBatch> {
    const attempted = `read the endings of ${keyspace.title}`;
    const reply = await ask(this.#redis, endingsReadCall(keyspace, most), attempted);
    const entries = readEndings(this.#domain, reply);
    const ids = entries.map(({ entryId }) => entryId);
    const done = async (): Promise<void> => {
      const removed = `remove the recorded endings of ${keyspace.title}`;
      await ask(this.#redis, endingsDoneCall(keyspace, ids), removed);
    };
    return { domain: this.#domain, partition: keyspace.partitionName, entries, done };
  }
}
