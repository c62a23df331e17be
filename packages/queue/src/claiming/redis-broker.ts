import { asRedisUnavailable, type ScriptResult, within } from '@nooble/redis';
import { batchesOf } from '../protocol/chunks.ts';
import type { ResolvedBrokerOptions } from './broker-options.ts';
import type { ClaimedAction, ClaimResult, ClaimRequest, Lease, Wait, Word } from '../broker.ts';
import type { EmittedChunks, EmitResult } from '../broker.ts';
import type { QueueBroker, Settlement, SettleAnswers } from '../broker.ts';
import { childrenRequest } from '../delivery/child-cancels.ts';
import { sendCalls, valueOf } from '../protocol/calling.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { readRenewed, renewCall } from '../protocol/operations/renew.ts';
import { Outbox, type OutboxRoutes } from '../delivery/outbox.ts';
import { checkServer } from '../protocol/server-check.ts';
import { RoundTrips } from './round-trips.ts';
import { Settler } from './settler.ts';
import { ChunkWriter } from '../emitting/chunk-writer.ts';
import { Wake } from './wake.ts';
import { answerWord, cancelWord } from './words.ts';

/** Maximum time of `close()` to find out whether Redis can be reached, and then for the last deliveries (ms). */
const CLOSING = { pingMs: 500, limitMs: 5_000 };

/** Dependencies of the broker of one keyspace. */
export interface RedisBrokerParts {
  readonly keyspace: Keyspace;
  readonly routes: OutboxRoutes;
  /** Names the worker in all keyspaces of its domain. */
  readonly process: string;
}

/** The queue of one domain, or of one partition of it, for one worker. */
export class RedisBroker implements QueueBroker {
  readonly domain: string;
  readonly leaseMs: number;
  readonly #options: ResolvedBrokerOptions;
  readonly #keyspace: Keyspace;
  readonly #outbox: Outbox;
  readonly #settler: Settler;
  readonly #wake: Wake;
  readonly #trips: RoundTrips;
  readonly #listeners: ((word: Word) => void)[] = [];
  readonly #chunks: ChunkWriter;

  constructor(options: ResolvedBrokerOptions, { keyspace, routes, process }: RedisBrokerParts) {
    const outbox = new Outbox(routes, keyspace);
    const onCancelled = (lease: Lease): void => this.#cancelled(lease);
    const settler = new Settler({ options, keyspace, outbox, onCancelled });
    this.domain = options.domain;
    this.leaseMs = options.rules.leaseMs;
    this.#options = options;
    this.#keyspace = keyspace;
    this.#outbox = outbox;
    this.#settler = settler;
    this.#trips = new RoundTrips({ options, keyspace, outbox, settler, process });
    this.#wake = new Wake({
      redis: options.redis,
      wakeKey: keyspace.wakeKey,
      wordsKey: keyspace.wordsKey(process),
      onWord: (word) => this.#heard(word),
    });
    this.#chunks = new ChunkWriter({ redis: options.redis, prefix: options.prefix, keyspace });
  }

  async claim({
    slots,
    settlements = [],
    acceptSuspect = true,
    expectsNone = false,
    load,
  }: ClaimRequest): Promise<ClaimResult> {
    checkServer(this.#options.redis, this.#options.onWarning);
    const round = await this.#settler.begin(settlements);
    const rest = expectsNone ? await this.#trips.settleAndLook(round) : undefined;
    if (rest) return { ...rest, claimed: [], settled: round.answers };
    const claim = await this.#trips.claim(round, { slots, acceptSuspect, load });
    await this.#settler.send(round, round.batches.slice(1));
    return { ...claim, settled: round.answers };
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleAnswers> {
    return this.#settler.settleAll(settlements);
  }

  async renew(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const renewed = [];
    for (const batch of batchesOf(leases, () => 0)) {
      const deadline = performance.now() + this.leaseMs;
      const call = renewCall(this.#keyspace, this.#options.rules, batch);
      const [reply] = await sendCalls(this.#options.redis, [call]);
      const value = this.#valueOf(reply, 'renew leases');
      const { leases: held, cancelled, answered } = readRenewed(value, batch, deadline);
      renewed.push(...held);
      for (const lease of cancelled) this.#cancelled(lease);
      for (const lease of answered) this.#heard(answerWord(lease));
    }
    return renewed;
  }

  async emit(chunks: EmittedChunks): Promise<EmitResult> {
    return this.#chunks.write(chunks);
  }

  async release(claimed: readonly ClaimedAction[]): Promise<void> {
    const outcome = { status: 'release' } as const;
    // Release the last claimed first, so that the first is at the head again.
    const settlements = claimed.toReversed().map((each) => ({ claimed: each, outcome }));
    const answers = await this.settle(settlements);
    const refusal = [...answers.values()].find((answer) => typeof answer === 'object');
    if (refusal) throw asRedisUnavailable(refusal.refused, 'give actions back');
    if (settlements.every((each) => answers.has(each))) return;
    throw asRedisUnavailable(new Error('Connection is closed'), 'give actions back');
  }

  async waitForWork(options: Wait): Promise<boolean> {
    return this.#wake.wait(options);
  }

  onWord(listener: (word: Word) => void): void {
    this.#listeners.push(listener);
  }

  async ping(): Promise<void> {
    try {
      // A key is necessary: on a Cluster it selects the node that has the queue.
      await this.#options.redis.command().exists(this.#keyspace.wakeKey);
    } catch (error) {
      throw asRedisUnavailable(error, `reach the queue of ${this.#keyspace.title}`);
    }
  }

  warnings(): readonly string[] {
    return this.#outbox.warnings();
  }

  /** Resolves when all its deliveries have succeeded or failed. */
  async delivered(): Promise<void> {
    await this.#outbox.drained();
  }

  async close(): Promise<void> {
    this.#wake.close();
    await within(CLOSING.pingMs, this.#trips.leave(), undefined);
    if (this.#outbox.isIdle) return;
    const isThere = this.ping().then(
      () => true,
      () => false,
    );
    // While Redis cannot be reached the rest stays in the outbox, and another worker delivers it later.
    if (await within(CLOSING.pingMs, isThere, false)) {
      await within(CLOSING.limitMs, this.#finish(), undefined);
    }
  }

  #cancelled(lease: Lease): void {
    this.#heard(cancelWord(lease));
  }

  #heard(word: Word): void {
    for (const listener of this.#listeners) listener(word);
    // The outbox contains the same request, for another worker.
    const request = childrenRequest(word);
    if (request) this.#outbox.deliver(request);
  }

  async #finish(): Promise<void> {
    await this.#outbox.drained();
    await this.#trips.acknowledge();
  }

  #valueOf(reply: ScriptResult | undefined, attempted: string): unknown {
    return valueOf(reply, `${attempted} of ${this.#keyspace.title}`);
  }
}
