import { newId } from '@nooble/models';

/** Number of answers that Redis keeps per process and keyspace; `lua/rules/calls.lua` has the same number. */
export const ANSWERS_KEPT = 64;

/** Process and number of a call: the same pair gets the same answer again. */
export interface CallId {
  readonly process: string;
  readonly number: number;
}

/**
 * Numbers the calls of one process to one keyspace. Opens no call whose answer would replace one that a reconnecting client
 * may still request.
 */
export class CallRing {
  readonly #process: string;
  readonly #open = Array.from({ length: ANSWERS_KEPT }, () => false);
  /** The oldest open call; the next number while no call is open. */
  #oldest = 1;
  #next = 1;
  #waiting: (() => void)[] = [];

  /** `process` names the caller in Redis. It must not have another ring for the same keyspace. */
  constructor(process = newId()) {
    this.#process = process;
  }

  /** Number of calls that may be opened now. */
  get room(): number {
    return ANSWERS_KEPT - (this.#next - this.#oldest);
  }

  /** Opens a call. Requires `room`. */
  open(): CallId {
    const number = this.#next++;
    this.#open[number % ANSWERS_KEPT] = true;
    return { process: this.#process, number };
  }

  /** Closes a call: its answer will not be requested again. */
  close({ number }: CallId): void {
    this.#open[number % ANSWERS_KEPT] = false;
    while (this.#oldest < this.#next && this.#open[this.#oldest % ANSWERS_KEPT] !== true) {
      this.#oldest += 1;
    }
    if (this.room > 0 && this.#waiting.length > 0) for (const run of this.#waiting.splice(0)) run();
  }

  /** Calls `run` once, when there may be room. */
  whenRoom(run: () => void): void {
    this.#waiting.push(run);
  }

  /** Opens a call as soon as there is room. */
  async opened(): Promise<CallId> {
    while (this.room === 0) await new Promise<void>((resolve) => this.whenRoom(resolve));
    return this.open();
  }
}

/** The rings of one process, one per keyspace. Each numbers its calls without gaps. */
export class CallRings {
  readonly #byWakeKey = new Map<string, CallRing>();

  of({ wakeKey }: { readonly wakeKey: string }): CallRing {
    let ring = this.#byWakeKey.get(wakeKey);
    if (!ring) this.#byWakeKey.set(wakeKey, (ring = new CallRing()));
    return ring;
  }
}
