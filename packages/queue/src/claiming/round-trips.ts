import { isUnavailable, type ScriptCall, type ScriptResult } from '@nooble/redis';
import { MAX_IDS } from '../protocol/chunks.ts';
import type { ResolvedBrokerOptions } from './broker-options.ts';
import { Agreement } from '../protocol/agreement.ts';
import { ClockLead } from '../protocol/clock-lead.ts';
import { ClaimCalls } from './claim-calls.ts';
import { sendCalls, valueOf } from '../protocol/calling.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { claimCall, readClaim, type Claim } from '../protocol/operations/claim.ts';
import { readMore } from '../protocol/operations/settle.ts';
import { readTick, tickCall, type Acknowledged } from '../protocol/operations/tick.ts';
import { leaveCall } from '../protocol/operations/workers.ts';
import type { WorkerLoad } from '../broker.ts';
import { Registration } from './registration.ts';
import type { Outbox } from '../delivery/outbox.ts';
import type { Settler, SettleRound } from './settler.ts';
import { TickTimer } from './tick-timer.ts';

/** Dependencies of the round trips. */
export interface RoundTripsParts {
  readonly options: ResolvedBrokerOptions;
  readonly keyspace: Keyspace;
  readonly outbox: Outbox;
  readonly settler: Settler;
  /** Names the worker in the runs of its actions. */
  readonly process: string;
}

/** Request of a claim, without its settlements. */
export interface ClaimTerms {
  readonly slots: number;
  readonly acceptSuspect: boolean;
  readonly load: WorkerLoad | undefined;
}

/** The round trips of one worker to its queue: settle, tick and claim in a single write. */
export class RoundTrips {
  readonly #parts: RoundTripsParts;
  readonly #calls: ClaimCalls;
  readonly #timer: TickTimer;
  readonly #lead: ClockLead;
  readonly #agreement: Agreement;
  readonly #registration: Registration;

  constructor(parts: RoundTripsParts) {
    const { domain, rules, onWarning } = parts.options;
    this.#parts = parts;
    this.#calls = new ClaimCalls(parts.process, rules.leaseMs / 3);
    this.#registration = new Registration(parts.process);
    this.#timer = new TickTimer(rules.leaseMs);
    this.#lead = new ClockLead(domain, onWarning);
    this.#agreement = new Agreement(domain, rules.settings, onWarning);
  }

  /** Settles the first batch, ticks if it is time, and claims. Throws what the claim failed with. */
  async claim(round: SettleRound, { slots, acceptSuspect, load }: ClaimTerms): Promise<Claim> {
    const { options, keyspace, outbox, settler } = this.#parts;
    const { redis, order, rules } = options;
    const call = await this.#calls.next(slots, performance.now());
    const delivered = outbox.takeDelivered();
    const ticks = this.#timer.isDue() || delivered.ids.length > 0;
    const most = { slots: Math.min(slots, MAX_IDS), leaseMs: rules.leaseMs };
    const deadline = performance.now() + rules.leaseMs;
    const [batch] = round.batches;
    const replies = await sendCalls(redis, [
      ...(batch ? [settler.call(batch, { looks: false })] : []),
      ...(ticks ? [this.#tick(delivered, load)] : []),
      claimCall(keyspace, { id: call.id, order, acceptSuspect, ...most }),
    ]);
    const isCutShort = ticks && this.#ticked(replies.at(-2), delivered);
    try {
      // Wait the same time without settlements: two replies that arrive together are handled in the order of their calls.
      await (batch ? settler.note(round, batch, replies[0]) : Promise.resolve());
      const read = readClaim(this.#valueOf(replies.at(-1), 'claim actions'), deadline);
      const claim = isCutShort ? { ...read, dueInMs: 0 } : read;
      this.#calls.answered(call);
      this.#lead.note(claim.clockLeadMs ?? 0);
      this.#timer.hint(claim.dueInMs ?? Number.POSITIVE_INFINITY);
      return claim;
    } catch (error) {
      // It may have claimed: a call with the same number returns the same actions.
      if (isRefused(replies.at(-1))) this.#calls.answered(call);
      else this.#calls.unanswered(call);
      throw error;
    }
  }

  /**
   * Settles the only batch, and looks for more work in the same call. Returns undefined if a claim has to follow, which
   * then settles nothing again. Throws what the settle failed with.
   */
  async settleAndLook(round: SettleRound): Promise<Omit<Claim, 'claimed'> | undefined> {
    const { options, outbox, settler } = this.#parts;
    const [batch, ...others] = round.batches;
    if (!batch || others.length > 0 || outbox.hasDelivered) return undefined;
    if (this.#timer.inMs === 0 || this.#calls.hasUnanswered) return undefined;
    const [reply] = await sendCalls(options.redis, [settler.call(batch, { looks: true })]);
    await settler.note(round, batch, reply);
    round.batches = [];
    if (isRefused(reply) || readMore(this.#valueOf(reply, 'settle actions'))) return undefined;
    return { dueInMs: this.#timer.inMs, ...this.#lead.latest };
  }

  /** Removes the registration of the worker. Never rejects. */
  async leave(): Promise<void> {
    const { options, keyspace, process } = this.#parts;
    if (!this.#registration.isKnown) return;
    this.#registration.left();
    await sendCalls(options.redis, [leaveCall(keyspace, process)]);
  }

  /** Otherwise the last callbacks of a worker would be delivered again, after their recipients may have forgotten them. */
  async acknowledge(): Promise<void> {
    const { options, outbox } = this.#parts;
    const delivered = outbox.takeDelivered();
    if (delivered.ids.length === 0) return;
    const [reply] = await sendCalls(options.redis, [this.#tick(delivered, undefined)]);
    this.#ticked(reply, delivered);
    await outbox.drained();
  }

  #tick(acknowledged: Acknowledged, load: WorkerLoad | undefined): ScriptCall {
    const { options, keyspace } = this.#parts;
    const worker = this.#registration.due(load);
    return tickCall(keyspace, { rules: options.rules, acknowledged, worker });
  }

  /** Returns true if there is more to do immediately. */
  #ticked(reply: ScriptResult | undefined, delivered: Acknowledged): boolean {
    const { outbox } = this.#parts;
    if (reply?.ok === true) {
      const { entries, isCutShort, nowMs, otherSettings } = readTick(reply.value);
      this.#agreement.note(otherSettings);
      outbox.deliverStored(entries, nowMs);
      return isCutShort;
    }
    outbox.putBack(delivered);
    this.#timer.again();
    this.#registration.again();
    return false;
  }

  #valueOf(reply: ScriptResult | undefined, attempted: string): unknown {
    return valueOf(reply, `${attempted} of ${this.#parts.keyspace.title}`);
  }
}

/** Returns true if the script itself raised an error: repeating the call would not help. */
function isRefused(reply: ScriptResult | undefined): boolean {
  return reply?.ok === false && !isUnavailable(reply.error);
}
