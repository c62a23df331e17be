import { CallRing, type CallId } from '../protocol/call-ring.ts';

/** A numbered claim. */
export interface ClaimCall {
  readonly id: CallId;
  /** Maximum number of actions that it returns. */
  readonly slots: number;
  /** Time at which it was sent, on the monotonic clock (ms). */
  readonly sentMs: number;
}

/** Numbers the claims of one worker. A claim whose reply was lost is repeated, because it may have claimed. */
export class ClaimCalls {
  readonly #ring: CallRing;
  readonly #repeatAfterMs: number;
  #unanswered: ClaimCall[] = [];

  /**
   * `process` names the worker in the runs of its actions; `repeatAfterMs` is the time after which a lost claim is repeated
   * regardless of the number of free slots.
   */
  constructor(process: string, repeatAfterMs: number) {
    this.#ring = new CallRing(process);
    this.#repeatAfterMs = repeatAfterMs;
  }

  /**
   * Returns a claim with a new number, or one to repeat: preferably one that requested no more slots than there are now, and
   * any of them before its leases end or Redis forgets its answer.
   */
  async next(slots: number, sentMs: number): Promise<ClaimCall> {
    for (;;) {
      const earlier = this.#repeatable(slots, sentMs);
      if (earlier) return this.#repeat(earlier, { slots, sentMs });
      if (this.#ring.room > 0) return { id: this.#ring.open(), slots, sentMs };
      await new Promise<void>((resolve) => this.#ring.whenRoom(resolve));
    }
  }

  /** True if a claim has to be repeated. */
  get hasUnanswered(): boolean {
    return this.#unanswered.length > 0;
  }

  answered({ id }: ClaimCall): void {
    this.#ring.close(id);
  }

  /** Records that the reply to this claim was lost. A claim for no slots cannot have claimed. */
  unanswered(call: ClaimCall): void {
    if (call.slots > 0) this.#unanswered.push(call);
    else this.#ring.close(call.id);
  }

  #repeatable(slots: number, nowMs: number): ClaimCall | undefined {
    const fitting = this.#unanswered.find((call) => call.slots <= slots);
    if (fitting) return fitting;
    const [oldest] = this.#unanswered;
    const isUrgent = oldest && nowMs - oldest.sentMs >= this.#repeatAfterMs;
    return isUrgent || this.#ring.room === 0 ? oldest : undefined;
  }

  /** A repeated claim returns what it returned first, or up to the slots requested now if it never arrived. */
  #repeat(call: ClaimCall, now: Omit<ClaimCall, 'id'>): ClaimCall {
    this.#unanswered = this.#unanswered.filter((each) => each !== call);
    return { id: call.id, slots: Math.max(call.slots, now.slots), sentMs: now.sentMs };
  }
}
