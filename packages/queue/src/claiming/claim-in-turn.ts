import { RedisUnavailableError } from '@nooble/errors';
import { isUnavailable, within } from '@nooble/redis';
import type { ClaimedAction, ClaimResult, ClaimRequest, HeldKey } from '../broker.ts';
import type { QueueBroker, Settlement, SettleAnswer } from '../broker.ts';

/** Maximum time for which one broker may delay the others (ms). */
const LIMIT_MS = 500;

/** Brokers of one domain that are served in turn, and those with a call in flight. */
export interface Turns {
  readonly brokers: readonly QueueBroker[];
  readonly brokerOf: (settlement: Settlement) => QueueBroker;
  /** Brokers whose last claim is still in flight; they are skipped. */
  readonly late: Set<QueueBroker>;
}

/**
 * Claims from several brokers, in the given order until the slots are filled. Settlements are sent to their brokers in any
 * case. A broker that cannot be reached, or does not answer in time, is skipped: its settlements are unsent, and the actions
 * of a late answer are released. Throws only if no broker answered.
 */
export async function claimInTurn(turns: Turns, request: ClaimRequest): Promise<ClaimResult> {
  const round = new Round(turns, request);
  for (const broker of turns.brokers) await round.ask(broker);
  return round.reply();
}

class Round {
  readonly #turns: Turns;
  readonly #request: Required<Omit<ClaimRequest, 'load'>> & Pick<ClaimRequest, 'load'>;
  readonly #claimed: ClaimedAction[] = [];
  readonly #heldKeys: HeldKey[] = [];
  readonly #settled = new Map<Settlement, SettleAnswer | Promise<SettleAnswer>>();
  #dueInMs = Number.POSITIVE_INFINITY;
  #clockLeadMs = 0;
  #answered = 0;
  #failure: unknown;

  constructor(turns: Turns, request: ClaimRequest) {
    const { slots, settlements = [], acceptSuspect = true, expectsNone = false } = request;
    this.#turns = turns;
    this.#request = { ...request, slots, settlements, acceptSuspect, expectsNone };
  }

  async ask(broker: QueueBroker): Promise<void> {
    const { brokerOf, late } = this.#turns;
    const { slots } = this.#request;
    const own = this.#request.settlements.filter((each) => brokerOf(each) === broker);
    const free = Math.max(0, slots - this.#claimed.length);
    if (late.has(broker) || (slots > 0 && free === 0 && own.length === 0)) return;
    const acceptSuspect =
      this.#request.acceptSuspect && !this.#claimed.some(({ suspect }) => suspect);
    const claim = broker.claim({
      ...this.#request,
      slots: free,
      settlements: own,
      acceptSuspect,
    });
    try {
      const reply = await within(LIMIT_MS, claim, undefined);
      if (reply) this.#note(reply);
      else this.#passOver(broker, claim);
    } catch (error) {
      // An error of another broker must not lose what was already claimed.
      if (!isUnavailable(error) && this.#claimed.length === 0) throw error;
      this.#failure = error;
    }
  }

  reply(): ClaimResult {
    if (this.#answered === 0) throw this.#failure ?? noneAnswered();
    return {
      claimed: this.#claimed,
      settled: this.#settled,
      ...(this.#heldKeys.length > 0 && { heldKeys: this.#heldKeys }),
      ...(this.#clockLeadMs > 0 && { clockLeadMs: this.#clockLeadMs }),
      ...(Number.isFinite(this.#dueInMs) && { dueInMs: this.#dueInMs }),
    };
  }

  #passOver(broker: QueueBroker, claim: Promise<ClaimResult>): void {
    const { late } = this.#turns;
    late.add(broker);
    void claim
      .then(async ({ claimed }) => (claimed.length > 0 ? broker.release(claimed) : undefined))
      // The release failed: the leases will end.
      .catch(() => undefined)
      .finally(() => late.delete(broker));
  }

  #note({ claimed, settled, heldKeys = [], dueInMs, clockLeadMs = 0 }: ClaimResult): void {
    this.#answered += 1;
    this.#claimed.push(...claimed);
    this.#heldKeys.push(...heldKeys);
    for (const [settlement, answer] of settled) this.#settled.set(settlement, answer);
    this.#clockLeadMs = Math.max(this.#clockLeadMs, clockLeadMs);
    this.#dueInMs = Math.min(this.#dueInMs, dueInMs ?? Number.POSITIVE_INFINITY);
  }
}

function noneAnswered(): Error {
  const reason = `none of its partitions answered within ${LIMIT_MS} ms`;
  return new RedisUnavailableError({ attempted: 'claim actions', reason });
}
