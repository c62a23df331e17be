import { CallRing, type CallId } from '../protocol/call-ring.ts';

interface Unanswered {
  readonly id: CallId;
  readonly slots: number;
}

/** Numbers the claims of one worker: one whose answer never came is repeated, for it may have acted. */
export class ClaimCalls {
  readonly #ring = new CallRing();
  #unanswered: Unanswered[] = [];

  /**
   * A fresh number or that of a claim to repeat: preferably of one that asked for no more slots than there are
   * now, and of any before Redis would forget what it brought.
   */
  async next(slots: number): Promise<CallId> {
    for (;;) {
      const earlier = this.#repeatable(slots);
      if (earlier) return this.#take(earlier);
      if (this.#ring.room > 0) return this.#ring.open();
      await new Promise<void>((resolve) => this.#ring.whenRoom(resolve));
    }
  }

  answered(id: CallId): void {
    this.#ring.close(id);
  }

  /** The answer of this claim never came. One for no slots cannot have acted. */
  unanswered(id: CallId, slots: number): void {
    if (slots > 0) this.#unanswered.push({ id, slots });
    else this.#ring.close(id);
  }

  #repeatable(slots: number): Unanswered | undefined {
    const fitting = this.#unanswered.find((call) => call.slots <= slots);
    return fitting ?? (this.#ring.room === 0 ? this.#unanswered[0] : undefined);
  }

  #take(call: Unanswered): CallId {
    this.#unanswered = this.#unanswered.filter((each) => each !== call);
    return call.id;
  }
}
