import type { ClaimedAction } from '@nooble/queue';
import type { Clock } from '../timing/clock.ts';
import type { Attempt } from './attempt.ts';
import type { Running } from './running.ts';

/** Maximum time that an action waits for a slot here (ms). A longer wait means that a handler has become slow. */
const MAX_WAIT_MS = 20;

/** Dependencies of the actions claimed ahead. */
export interface AheadParts {
  readonly running: Running;
  readonly clock: Clock;
  /** Returns actions to the queue, in the order of their claim. Never rejects. */
  readonly release: (claimed: readonly ClaimedAction[]) => Promise<void>;
  /** Called when there are actions to return, and when they have been returned. */
  readonly onChange: () => void;
}

interface Waiting {
  readonly attempt: Attempt;
  readonly sinceMs: number;
}

/**
 * The actions claimed ahead of a free slot, in the order of their claim. They hold their leases. They start in this order as
 * slots become free; once the first has waited too long, or the worker stops, all of them are returned.
 */
export class Ahead {
  #waiting: Waiting[] = [];
  /** Releases in flight. */
  #releasing = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #parts: AheadParts;

  constructor(parts: AheadParts) {
    this.#parts = parts;
  }

  /** Number of actions waiting for a slot. */
  get size(): number {
    return this.#waiting.length;
  }

  /** True if no action is waiting or being returned. */
  get isEmpty(): boolean {
    return this.size === 0 && this.#releasing === 0;
  }

  /** Attempts that have not started and whose lease this worker holds, in the order of their claim. */
  get leaseholders(): readonly Attempt[] {
    return this.#waiting.map(({ attempt }) => attempt);
  }

  /** True if the first action must not start any more, so that all have to be returned. */
  get mustGoBack(): boolean {
    const [first] = this.#waiting;
    if (!first) return false;
    const { lease, expiresInMs = MAX_WAIT_MS } = first.attempt.claimed;
    const nowMs = this.#parts.clock.monotonicMs();
    const waitedMs = nowMs - first.sinceMs;
    const isLate = waitedMs >= Math.min(MAX_WAIT_MS, expiresInMs) || lease.deadline <= nowMs;
    return isLate || this.#isClosed;
  }

  /**
   * Starts actions while there are free slots and keeps the others if they `mayWait`. Returns the rest, which have no slot:
   * a repeated claim may return more than there are slots now; the process may have been suspended until the lease ended;
   * and a suspect must neither wait nor be waited for, because it may take other actions down with it.
   */
  accept(claimed: readonly ClaimedAction[], mayWait: boolean): ClaimedAction[] {
    return claimed.filter((each) => !this.#accepts(each, mayWait));
  }

  /** Starts waiting actions while there are free slots. */
  startNext(): void {
    const { running } = this.#parts;
    while (running.hasSlot && !this.mustGoBack) {
      const next = this.#waiting.shift();
      if (!next) return;
      running.start(next.attempt);
    }
  }

  /** Removes an attempt that lost its lease. */
  drop(attempt: Attempt): void {
    this.#waiting = this.#waiting.filter((each) => each.attempt !== attempt);
  }

  /** Returns all waiting actions to the queue if they must not start any more. Returns true if it did. */
  giveBack(): boolean {
    if (!this.mustGoBack) return false;
    const attempts = this.#waiting.splice(0).map(({ attempt }) => attempt);
    for (const attempt of attempts) attempt.dropLease();
    this.#releasing += 1;
    const released = this.#parts.release(attempts.map(({ claimed }) => claimed));
    void released.finally(() => {
      this.#releasing -= 1;
      this.#parts.onChange();
    });
    return true;
  }

  /** Starts and accepts no more actions; waiting ones have to be returned. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #accepts(claimed: ClaimedAction, mayWait: boolean): boolean {
    const { running, clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (this.#isClosed || claimed.lease.deadline <= nowMs) return false;
    if (running.hasSlot && this.size === 0) {
      running.start(running.attemptOf(claimed));
      return true;
    }
    if (!mayWait || claimed.suspect || running.hasSuspect) return false;
    this.#insert({ attempt: running.attemptOf(claimed), sinceMs: nowMs });
    this.#watch();
    return true;
  }

  /** Ordered by token, which is the time of the claim: the reply of an earlier claim may be handled later. */
  #insert(waiting: Waiting): void {
    const after = this.#waiting.findLastIndex((each) => tokenOf(each) <= tokenOf(waiting));
    this.#waiting.splice(after + 1, 0, waiting);
  }

  /** Uses one timer for all: most actions have started long before it fires. */
  #watch(): void {
    const [first] = this.#waiting;
    if (!first || this.#timer) return;
    const waitedMs = this.#parts.clock.monotonicMs() - first.sinceMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.mustGoBack) this.#parts.onChange();
        else this.#watch();
      },
      Math.max(1, MAX_WAIT_MS - waitedMs),
    );
  }
}

function tokenOf({ attempt }: Waiting): number {
  return Number(attempt.claimed.lease.token);
}
