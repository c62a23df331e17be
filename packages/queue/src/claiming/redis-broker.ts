import { asRedisUnavailable, isUnavailable, type ScriptResult } from '@nooble/redis';
import { batchesOf, MAX_IDS } from '../protocol/chunks.ts';
import type { ResolvedBrokerOptions } from './broker-options.ts';
import type { ClaimedAction, ClaimResult, ClaimRequest, Lease } from '../broker.ts';
import type { QueueBroker, Settlement, SettleAnswers } from '../broker.ts';
import { Agreement } from '../protocol/agreement.ts';
import { ClockLead } from '../protocol/clock-lead.ts';
import { ClaimCalls } from './claim-calls.ts';
import { sendCalls, valueOf } from '../protocol/calling.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { claimCall, readClaim, type Claim } from '../protocol/operations/claim.ts';
import { readRenewed, renewCall } from '../protocol/operations/renew.ts';
import { readTick, tickCall } from '../protocol/operations/tick.ts';
import { Outbox, type OutboxRoutes } from '../delivery/outbox.ts';
import { checkServer } from '../protocol/server-check.ts';
import { Settler, type SettleRound } from './settler.ts';
import { TickTimer } from './tick-timer.ts';
import { Wake } from './wake.ts';
import { within } from '../timing/within.ts';

/** Maximum time of `close()` to find out whether Redis can be reached, and then for the last deliveries (ms). */
const CLOSING = { pingMs: 500, limitMs: 5_000 };

/** The queue of one domain, or of one partition of it, for one worker. */
export class RedisBroker implements QueueBroker {
  readonly domain: string;
  readonly leaseMs: number;
  readonly #options: ResolvedBrokerOptions;
  readonly #keyspace: Keyspace;
  readonly #outbox: Outbox;
  readonly #settling: Settler;
  readonly #wake: Wake;
  readonly #calls: ClaimCalls;
  readonly #timer: TickTimer;
  readonly #lead: ClockLead;
  readonly #agreement: Agreement;

  constructor(options: ResolvedBrokerOptions, keyspace: Keyspace, routes: OutboxRoutes) {
    const { domain, redis, rules } = options;
    this.domain = domain;
    this.leaseMs = rules.leaseMs;
    this.#options = options;
    this.#keyspace = keyspace;
    this.#outbox = new Outbox(routes);
    this.#settling = new Settler(options, this.#keyspace, this.#outbox);
    this.#wake = new Wake(redis, this.#keyspace.wakeKey);
    this.#calls = new ClaimCalls(rules.leaseMs / 3);
    this.#timer = new TickTimer(rules.leaseMs);
    this.#lead = new ClockLead(domain, options.onWarning);
    this.#agreement = new Agreement(domain, rules.settings, options.onWarning);
  }

  async claim({
    slots,
    settlements = [],
    acceptSuspect = true,
  }: ClaimRequest): Promise<ClaimResult> {
    checkServer(this.#options.redis, this.#options.onWarning);
    const round = await this.#settling.begin(settlements);
    const claim = await this.#roundTrip(round, { slots, acceptSuspect });
    await this.#settling.send(round, round.batches.slice(1));
    return { ...claim, settled: round.answers };
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleAnswers> {
    return this.#settling.settleAll(settlements);
  }

  async renew(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const renewed = [];
    for (const batch of batchesOf(leases, () => 0)) {
      const deadline = performance.now() + this.leaseMs;
      const call = renewCall(this.#keyspace, this.#options.rules, batch);
      const [reply] = await sendCalls(this.#options.redis, [call]);
      renewed.push(...readRenewed(this.#valueOf(reply, 'renew leases'), batch, deadline));
    }
    return renewed;
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

  async waitForWork(options: { timeoutMs: number; signal: AbortSignal }): Promise<boolean> {
    return this.#wake.wait(options);
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

  async #finish(): Promise<void> {
    await this.#outbox.drained();
    await this.#acknowledge();
  }

  /** Otherwise the last callbacks of a worker would be delivered again, when their receivers may have forgotten them. */
  async #acknowledge(): Promise<void> {
    const delivered = this.#outbox.takeDelivered();
    if (delivered.length === 0) return;
    const { redis, rules } = this.#options;
    const [reply] = await sendCalls(redis, [tickCall(this.#keyspace, rules, delivered)]);
    this.#ticked(reply, delivered);
    await this.#outbox.drained();
  }

  /** Makes one round trip: settles the first batch, ticks, claims. */
  async #roundTrip(
    round: SettleRound,
    { slots, acceptSuspect }: { slots: number; acceptSuspect: boolean },
  ): Promise<Claim> {
    const { redis, order, rules } = this.#options;
    const call = await this.#calls.next(slots, performance.now());
    const delivered = this.#outbox.takeDelivered();
    const ticks = this.#timer.isDue() || delivered.length > 0;
    const most = { slots: Math.min(slots, MAX_IDS), leaseMs: rules.leaseMs };
    const deadline = performance.now() + rules.leaseMs;
    const [batch] = round.batches;
    const replies = await sendCalls(redis, [
      ...(batch ? [this.#settling.call(batch)] : []),
      ...(ticks ? [tickCall(this.#keyspace, rules, delivered)] : []),
      claimCall(this.#keyspace, { id: call.id, order, acceptSuspect, ...most }),
    ]);
    const isCutShort = ticks && this.#ticked(replies.at(-2), delivered);
    try {
      // A claim without settlements waits as well: two replies that arrive together are handled in the order of their calls.
      await (batch ? this.#settling.note(round, batch, replies[0]) : Promise.resolve());
      const read = readClaim(this.#valueOf(replies.at(-1), 'claim actions'), deadline);
      const claim = isCutShort ? { ...read, dueInMs: 0 } : read;
      this.#calls.answered(call);
      this.#lead.note(claim.clockLeadMs ?? 0);
      this.#timer.hint(claim.dueInMs ?? Number.POSITIVE_INFINITY);
      return claim;
    } catch (error) {
      // It may have claimed: the same number returns the same actions.
      if (isRefused(replies.at(-1))) this.#calls.answered(call);
      else this.#calls.unanswered(call);
      throw error;
    }
  }

  /** Returns true if another tick is due immediately. */
  #ticked(reply: ScriptResult | undefined, delivered: readonly string[]): boolean {
    if (reply?.ok === true) {
      const { entries, isCutShort, nowMs, otherSettings } = readTick(reply.value);
      this.#agreement.note(otherSettings);
      this.#outbox.deliverStored(entries, nowMs);
      return isCutShort;
    }
    this.#outbox.putBack(delivered);
    this.#timer.again();
    return false;
  }

  #valueOf(reply: ScriptResult | undefined, attempted: string): unknown {
    return valueOf(reply, `${attempted} of ${this.#keyspace.title}`);
  }
}

/** Returns true if the script itself raised an error: then there is no answer to request again. */
function isRefused(reply: ScriptResult | undefined): boolean {
  return reply?.ok === false && !isUnavailable(reply.error);
}
