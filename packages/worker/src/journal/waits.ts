import { startTimer } from '@nooble/redis';
import type { Journals, Lease } from '@nooble/queue';
import { PendingAnswers, type Deadline } from './pending-answers.ts';
import { SlotWork } from './slot-work.ts';
import { WaitCalls } from './wait-calls.ts';
import type { Clock } from '../timing/clock.ts';

/** Actions of an attempt for its waiting handler. */
export interface WaitHooks {
  /** The handler has no slot any more. */
  onWait(): void;
  /** Resolves when there is a local slot for it again. */
  takeSlot(): Promise<void>;
  /** It has its slot again, here and in the queue. */
  onResume(): void;
  /** It has waited long enough here. Runs again once an answer has come, or after `delayMs`. */
  onPark(delayMs: number): void;
  /** Its tenant is at its cap: the action is in its queue again. */
  onRequeue(): void;
}

/** Dependencies of waits. */
export interface WaitParts {
  readonly lease: () => Lease;
  readonly journals: Journals;
  readonly clock: Clock;
  readonly parkAfterMs: number;
  readonly hooks: WaitHooks;
}

/** A name to wait for, and the fields that say what it stands for unless they are written. */
export interface Wait {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly deadline?: Deadline | undefined;
}

/** The longest delay that a queue accepts, for waits without a deadline (ms). */
const FOREVER_MS = 366 * 86_400_000;

/**
 * The answers that a handler waits for. While it does nothing else it holds no slot: after `parkAfterMs` it is parked, and
 * this process forgets it.
 */
export class Waits {
  readonly #parts: WaitParts;
  readonly #pending: PendingAnswers;
  readonly #calls: WaitCalls;
  #fields: Record<string, string> = {};
  #state: 'running' | 'moving' | 'waiting' = 'running';
  readonly #work = new SlotWork();
  #isTold = false;
  #isScheduled = false;
  #closedBy: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: WaitParts) {
    this.#parts = parts;
    const pending = (this.#pending = new PendingAnswers(parts.clock));
    const { lease, journals } = parts;
    this.#calls = new WaitCalls({ lease, journals, pending, assertOpen: () => this.assertOpen() });
  }

  /** Throws the reason of `close()`. */
  assertOpen(): void {
    if (this.#closedBy) throw this.#closedBy;
  }

  /** Runs what needs the slot: the handler does not only wait meanwhile. */
  async work<T>(run: () => Promise<T>): Promise<T> {
    return this.#work.run(run, {
      begin: async () => this.#running(),
      onEnd: () => this.#schedule(),
    });
  }

  /** Resolves to the answer of a name (JSON). Rejects with the reason of `close()`. */
  async until({ name, fields, deadline }: Wait): Promise<string> {
    this.assertOpen();
    Object.assign(this.#fields, fields);
    this.#schedule();
    return this.#pending.answerOf(name, deadline);
  }

  /** Answers may have come. */
  told(): void {
    this.#isTold = true;
    this.#schedule();
  }

  /** Parks the handler now if it only waits. */
  park(): void {
    if (this.#state !== 'waiting' || this.#closedBy) return;
    this.#parts.hooks.onPark(Math.min(Math.max(0, this.#pending.leftMs), FOREVER_MS));
  }

  /** Rejects all waits, now and later. */
  close(reason: Error): void {
    if (this.#closedBy) return;
    this.#pending.rejectAll(reason);
    this.forget(reason);
    this.#work.resume();
  }

  /** Leaves all waits unsettled: the handler does not go on here, and must not take that for a failure. */
  forget(reason: Error): void {
    this.#closedBy = reason;
    clearTimeout(this.#timer);
    this.#pending.forget();
  }

  /** Decides in the next turn of the event loop: what a handler starts together waits together. */
  #schedule(): void {
    if (this.#isScheduled || this.#closedBy) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#mustMove()) void this.#move();
      else this.#watch();
    });
  }

  async #move(): Promise<void> {
    const wasWaiting = this.#state === 'waiting';
    this.#state = 'moving';
    this.#isTold = false;
    clearTimeout(this.#timer);
    try {
      if (wasWaiting) await this.#resume();
      else await this.#suspend();
    } catch (error) {
      this.close(error as Error);
    }
    if (!this.#closedBy && this.#isTold) this.#schedule();
  }

  /** Returns true if a handler that waits has to run, or one that runs does nothing but wait. */
  #mustMove(): boolean {
    if (this.#closedBy || this.#state === 'moving') return false;
    const isDue = this.#isTold || this.#pending.leftMs <= 0;
    if (this.#state === 'waiting') return isDue || this.#work.isWanted;
    return this.#pending.size > 0 && (isDue || !this.#work.isWanted);
  }

  async #suspend(): Promise<void> {
    const fields = this.#fields;
    this.#fields = {};
    const waits = await this.#calls.suspend(fields, this.#work.isWanted ? [] : this.#pending.names);
    if (this.#closedBy) return;
    if (!waits) return this.#collect();
    this.#state = 'waiting';
    this.#parts.hooks.onWait();
    this.#schedule();
  }

  async #resume(): Promise<void> {
    await this.#parts.hooks.takeSlot();
    if (this.#closedBy) return;
    this.#parts.hooks.onResume();
    await this.#collect();
  }

  /** Hands out the answers that have come, after which the handler runs. */
  async #collect(): Promise<void> {
    const answers = await this.#calls.resume();
    if (this.#closedBy) return;
    if (!answers) return this.#parts.hooks.onRequeue();
    this.#state = 'running';
    this.#pending.settle(answers);
    this.#work.resume();
    if (this.#pending.size > 0) this.#schedule();
  }

  async #running(): Promise<void> {
    while (this.#state !== 'running' && !this.#closedBy) {
      this.#schedule();
      await this.#work.resumed();
    }
    this.assertOpen();
  }

  /** One timer for the earliest deadline and for parking. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#closedBy || this.#state === 'moving' || this.#pending.size === 0) return;
    const { leftMs } = this.#pending;
    const { parkAfterMs } = this.#parts;
    const parks = this.#state === 'waiting' && leftMs > parkAfterMs;
    if (parks) this.#timer = startTimer(() => this.park(), parkAfterMs);
    else if (leftMs < Number.POSITIVE_INFINITY)
      this.#timer = startTimer(() => this.#schedule(), Math.max(0, leftMs));
  }
}
