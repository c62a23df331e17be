import { asRedisUnavailable, runScript, type RedisPool } from '@nooble/redis';
import { batchesOf } from './batch.ts';
import { CallNumbers } from './call-numbers.ts';
import { groupBy } from './group-by.ts';
import type { Keyspace } from './keyspace.ts';
import {
  enqueueCall,
  readVerdicts,
  type AdmissionItem,
  type Verdict,
} from './operations/enqueue.ts';
import type { DomainKeyspaces, Partitions } from './partitions.ts';

/** Items per script call: enough to share its cost, few enough to keep Redis responsive. */
const BATCH_SIZE = 64;

interface Waiting {
  readonly item: AdmissionItem;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: Error) => void;
}

/** The way into the domains: what is admitted in one turn of the event loop travels together. */
export class Admissions {
  readonly #redis: RedisPool;
  readonly #partitions: Partitions;
  /** By keyspace, so that numbers have no gaps there: the last answers stand in a ring. */
  readonly #calls = new Map<string, CallNumbers>();
  readonly #queues = new Map<string, Waiting[]>();

  constructor({ redis, partitions }: { redis: RedisPool; partitions: Partitions }) {
    this.#redis = redis;
    this.#partitions = partitions;
  }

  /** Asks the domain's script. Rejects with RedisUnavailableError; asking again is safe. */
  admit(domain: string, item: AdmissionItem): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      let queue = this.#queues.get(domain);
      if (!queue) {
        this.#queues.set(domain, (queue = []));
        setImmediate(() => void this.#flush(domain));
      }
      queue.push({ item, resolve, reject });
    });
  }

  async #flush(domain: string): Promise<void> {
    const waiting = this.#queues.get(domain) ?? [];
    this.#queues.delete(domain);
    try {
      const keyspaces = await this.#partitions.of(domain);
      this.#sendAll(keyspaces, waiting);
    } catch (error) {
      refuse(waiting, domain, (error as Error).cause);
    }
  }

  #sendAll(keyspaces: DomainKeyspaces, waiting: readonly Waiting[]): void {
    for (const [keyspace, own] of byKeyspace(keyspaces, waiting)) {
      const batches = batchesOf(own, ({ item }) => 3 * item.envelope.length, {
        maxCount: BATCH_SIZE,
      });
      for (const batch of batches) void this.#send(keyspace, batch);
    }
  }

  async #send(keyspace: Keyspace, batch: readonly Waiting[]): Promise<void> {
    try {
      const items = batch.map(({ item }) => item);
      const call = enqueueCall(keyspace, this.#callsOf(keyspace).next(), items);
      const reply = await runScript(this.#redis.command(), call);
      const verdicts = readVerdicts(reply, batch.length);
      // All of a call live elsewhere, or none.
      if (verdicts[0]?.verdict === 'moved') return await this.#follow(keyspace, batch);
      verdicts.forEach((verdict, index) => batch[index]?.resolve(verdict));
    } catch (error) {
      refuse(batch, keyspace.domain, error);
    }
  }

  #callsOf({ wakeKey }: Keyspace): CallNumbers {
    let calls = this.#calls.get(wakeKey);
    if (!calls) this.#calls.set(wakeKey, (calls = new CallNumbers()));
    return calls;
  }

  /** The tenants live elsewhere by now. While that is being arranged the domain is closed. */
  async #follow(left: Keyspace, batch: readonly Waiting[]): Promise<void> {
    this.#partitions.forget(left.domain);
    const keyspaces = await this.#partitions.of(left.domain);
    const isArranged = keyspaces.all.every(({ wakeKey }) => wakeKey !== left.wakeKey);
    if (isArranged) return this.#sendAll(keyspaces, batch);
    for (const { resolve } of batch) resolve({ verdict: 'closed' });
  }
}

function refuse(waiting: readonly Waiting[], domain: string, error: unknown): void {
  for (const { item, reject } of waiting) {
    reject(asRedisUnavailable(error, `enqueue action "${item.actionId}" into "${domain}"`));
  }
}

function byKeyspace(
  keyspaces: DomainKeyspaces,
  waiting: readonly Waiting[],
): Iterable<[Keyspace, readonly Waiting[]]> {
  if (keyspaces.all.length === 1) return [[keyspaces.all[0], waiting]];
  return groupBy(waiting, ({ item }) => keyspaces.of(item.tenantId));
}
