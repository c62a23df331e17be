import { isUnavailable } from '@nooble/redis';
import type { ClaimedAction, ClaimReply, ClaimRequest } from './broker.ts';
import type { QueueBroker, Settlement, SettleResult } from './broker.ts';

/**
 * One claim from several brokers, in the given order until the slots are filled; settlements go to the
 * broker they belong to in any case. A broker that cannot be reached is passed over and its settlements
 * are unsent. Throws only when nobody answered.
 */
export async function claimInTurn(
  turns: readonly QueueBroker[],
  request: ClaimRequest,
  brokerOf: (settlement: Settlement) => QueueBroker,
): Promise<ClaimReply> {
  const round = new Round(request);
  for (const broker of turns) {
    await round.ask(
      broker,
      round.settlements.filter((settlement) => brokerOf(settlement) === broker),
    );
  }
  return round.reply();
}

class Round {
  readonly settlements: readonly Settlement[];
  readonly #slots: number;
  readonly #acceptSuspect: boolean;
  readonly #claimed: ClaimedAction[] = [];
  readonly #settled = new Map<Settlement, SettleResult>();
  #dueInMs = Number.POSITIVE_INFINITY;
  #clockLeadMs = 0;
  #answers = 0;
  #failure: unknown;

  constructor({ slots, settlements = [], acceptSuspect = true }: ClaimRequest) {
    this.#slots = slots;
    this.settlements = settlements;
    this.#acceptSuspect = acceptSuspect;
  }

  async ask(broker: QueueBroker, own: readonly Settlement[]): Promise<void> {
    const free = this.#slots - this.#claimed.length;
    if (this.#slots > 0 && free === 0 && own.length === 0) return;
    const acceptSuspect = this.#acceptSuspect && !this.#claimed.some(({ suspect }) => suspect);
    try {
      const reply = await broker.claim({ slots: free, settlements: own, acceptSuspect });
      this.#answered(reply, own);
    } catch (error) {
      // What was claimed so far must not be lost over a settlement that another broker refuses.
      if (!isUnavailable(error) && this.#claimed.length === 0) throw error;
      this.#failure = error;
    }
  }

  reply(): ClaimReply {
    if (this.#answers === 0) throw this.#failure;
    return {
      claimed: this.#claimed,
      settled: this.settlements.map((settlement) => this.#settled.get(settlement) ?? 'unsent'),
      ...(this.#clockLeadMs > 0 && { clockLeadMs: this.#clockLeadMs }),
      ...(Number.isFinite(this.#dueInMs) && { dueInMs: this.#dueInMs }),
    };
  }

  #answered(
    { claimed, settled, dueInMs, clockLeadMs = 0 }: ClaimReply,
    own: readonly Settlement[],
  ): void {
    this.#answers += 1;
    this.#claimed.push(...claimed);
    for (const [index, settlement] of own.entries()) {
      this.#settled.set(settlement, settled[index] ?? 'unsent');
    }
    this.#clockLeadMs = Math.max(this.#clockLeadMs, clockLeadMs);
    this.#dueInMs = Math.min(this.#dueInMs, dueInMs ?? Number.POSITIVE_INFINITY);
  }
}
