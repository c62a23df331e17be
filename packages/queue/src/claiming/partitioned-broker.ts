import { within } from '@nooble/redis';
import { newId } from '@nooble/models';
import { Admissions } from '../admission/admissions.ts';
import { resolveBrokerOptions } from './broker-options.ts';
import type { BrokerOptions, ResolvedBrokerOptions } from './broker-options.ts';
import type { ClaimedAction, ClaimResult, ClaimRequest, Lease, Wait, Word } from '../broker.ts';
import type { EmittedChunks, EmitResult } from '../broker.ts';
import type { QueueBroker, Settlement, SettleAnswers } from '../broker.ts';
import { CallRings } from '../protocol/call-ring.ts';
import { ChildCancels } from '../delivery/child-cancels.ts';
import { groupBy } from '../protocol/group-by.ts';
import { Inboxes } from '../delivery/inboxes.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { Partitions, type DomainKeyspaces } from '../protocol/partitions.ts';
import { RedisBroker, type RedisBrokerParts } from './redis-broker.ts';
import { claimInTurn } from './claim-in-turn.ts';
import { waitForAny } from './wait-for-any.ts';

/** Interval at which a worker reads the number of partitions (ms). */
const LOOK_MS = 10_000;

/**
 * Returns the queue of one domain for one worker. Throws InvalidActionError for invalid names and RangeError for other
 * invalid options.
 */
export function createBroker(options: BrokerOptions): PartitionedBroker {
  const { redis, prefix, ...resolved } = resolveBrokerOptions(options);
  const partitions = new Partitions({ redis, prefix });
  const rings = new CallRings();
  const admissions = new Admissions({ redis, partitions, rings });
  return new PartitionedBroker({ redis, prefix, ...resolved }, { partitions, admissions, rings });
}

/** Access to all domains, which a broker may share with a manager. */
export interface DomainAccess {
  readonly partitions: Partitions;
  readonly admissions: Admissions;
  readonly rings: CallRings;
}

/** Combines one broker per partition of the domain, served in turn. Most domains have one. */
export class PartitionedBroker implements QueueBroker {
  readonly domain: string;
  readonly leaseMs: number;
  readonly #options: ResolvedBrokerOptions;
  readonly #partitions: Partitions;
  /** The worker has the same name in every partition. */
  readonly #shared: Omit<RedisBrokerParts, 'keyspace'>;
  /** By wake key. Brokers of partitions that no longer exist stay until the end. */
  readonly #brokers = new Map<string, RedisBroker>();
  readonly #late = new Set<QueueBroker>();
  readonly #listeners: ((word: Word) => void)[] = [];
  #known: DomainKeyspaces | undefined;
  #lookDueMs = 0;
  #turn = 0;

  constructor(options: ResolvedBrokerOptions, access: DomainAccess) {
    this.domain = options.domain;
    this.leaseMs = options.rules.leaseMs;
    this.#options = options;
    this.#partitions = access.partitions;
    this.#shared = { routes: routesOf(options, access), process: newId() };
  }

  async claim(request: ClaimRequest): Promise<ClaimResult> {
    const keyspaces = await this.#keyspaces();
    const brokers = this.#brokersOf(keyspaces);
    if (brokers.length === 1) return withNextSlot(keyspaces, await brokers[0].claim(request));
    const at = this.#turn++ % brokers.length;
    const turns = [...brokers.slice(at), ...brokers.slice(0, at)];
    const brokerOf = ({ claimed }: Settlement) => this.#brokerOf(keyspaces, claimed.lease);
    const all = { brokers: turns, brokerOf, late: this.#late };
    return withNextSlot(keyspaces, await claimInTurn(all, request));
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleAnswers> {
    const keyspaces = await this.#keyspaces();
    const groups = groupBy(settlements, ({ claimed }) => this.#brokerOf(keyspaces, claimed.lease));
    const answers = await Promise.all([...groups].map(async ([broker, own]) => broker.settle(own)));
    return new Map(answers.flatMap((each) => [...each]));
  }

  /**
   * Renews leases. Leases of a partition that cannot be reached, or not in time, are returned unchanged. Throws if no
   * partition can be reached.
   */
  async renew(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const keyspaces = await this.#keyspaces();
    const groups = [...groupBy(leases, (lease) => this.#brokerOf(keyspaces, lease))];
    return renewGroups(groups, this.leaseMs / 6);
  }

  async emit(chunks: EmittedChunks): Promise<EmitResult> {
    return this.#brokerOf(await this.#keyspaces(), chunks.lease).emit(chunks);
  }

  async release(claimed: readonly ClaimedAction[]): Promise<void> {
    const keyspaces = await this.#keyspaces();
    const groups = groupBy(claimed, ({ lease }) => this.#brokerOf(keyspaces, lease));
    await settledAll([...groups].map(async ([broker, own]) => broker.release(own)));
  }

  async waitForWork(options: Wait): Promise<boolean> {
    const brokers = this.#brokersOf(await this.#keyspaces());
    return brokers.length === 1 ? brokers[0].waitForWork(options) : waitForAny(brokers, options);
  }

  onWord(listener: (word: Word) => void): void {
    this.#listeners.push(listener);
  }

  async ping(): Promise<void> {
    const brokers = this.#brokersOf(await this.#keyspaces());
    await Promise.all(brokers.map(async (broker) => broker.ping()));
  }

  warnings(): readonly string[] {
    const all = [...this.#brokers.values()].flatMap((broker) => broker.warnings());
    return [...new Set(all)];
  }

  /** Resolves when all deliveries of its workers have succeeded or failed. */
  async delivered(): Promise<void> {
    await Promise.all([...this.#brokers.values()].map(async (broker) => broker.delivered()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#brokers.values()].map(async (broker) => broker.close()));
  }

  async #keyspaces(): Promise<DomainKeyspaces> {
    if (performance.now() > this.#lookDueMs) {
      this.#lookDueMs = performance.now() + LOOK_MS;
      const look = this.#partitions.lookAgain(this.domain);
      // Keep the known number on an error: its shard is one of several, and the others still work.
      if (this.#known) void look.then((found) => (this.#known = found)).catch(() => undefined);
      else this.#known = await look.catch((error: unknown) => this.#lookFailed(error));
    }
    return (this.#known ??= await this.#partitions.of(this.domain));
  }

  #lookFailed(error: unknown): never {
    this.#lookDueMs = 0;
    throw error;
  }

  #brokersOf({ all: [first, ...others] }: DomainKeyspaces): [RedisBroker, ...RedisBroker[]] {
    return [this.#broker(first), ...others.map((keyspace) => this.#broker(keyspace))];
  }

  /** Selects by tenant, so that a lease finds its partition even after the number of partitions has changed. */
  #brokerOf(keyspaces: DomainKeyspaces, { tenantId }: Lease): RedisBroker {
    return this.#broker(keyspaces.of(tenantId));
  }

  #broker(keyspace: Keyspace): RedisBroker {
    let broker = this.#brokers.get(keyspace.wakeKey);
    if (!broker) {
      broker = new RedisBroker(this.#options, { keyspace, ...this.#shared });
      broker.onWord((word) => {
        for (const listener of this.#listeners) listener(word);
      });
      this.#brokers.set(keyspace.wakeKey, broker);
    }
    return broker;
  }
}

function routesOf(
  { redis, prefix }: ResolvedBrokerOptions,
  { partitions, admissions, rings }: DomainAccess,
): RedisBrokerParts['routes'] {
  return {
    admissions,
    answers: { redis, partitions },
    inboxes: new Inboxes({ redis, prefix }),
    children: new ChildCancels({ redis, partitions, rings }),
  };
}

/** Renews leases by their broker. Those of a broker that does not answer within the limit (ms) stay as they are. */
async function renewGroups(
  groups: readonly (readonly [RedisBroker, readonly Lease[]])[],
  limitMs: number,
): Promise<readonly Lease[]> {
  const renewals = await Promise.allSettled(
    groups.map(async ([broker, own]) =>
      groups.length === 1 ? broker.renew(own) : within(limitMs, broker.renew(own), own),
    ),
  );
  const failed = renewals.find((renewal) => renewal.status === 'rejected');
  if (failed && renewals.every(({ status }) => status === 'rejected')) throw failed.reason;
  return renewals.flatMap((renewal, index) =>
    renewal.status === 'fulfilled' ? renewal.value : (groups[index]?.[1] ?? []),
  );
}

/** Resolves when all have settled. Rejects with the first error. */
async function settledAll(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function withNextSlot({ nextSlotMs }: DomainKeyspaces, result: ClaimResult): ClaimResult {
  return nextSlotMs === undefined ? result : { ...result, nextSlotMs };
}
