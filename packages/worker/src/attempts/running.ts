import type { ClaimedAction } from '@nooble/queue';
import { Attempt, type AttemptHooks } from './attempt.ts';
import { Waiting } from './waiting.ts';
import type { AttemptScope } from './attempt-scope.ts';

/** Minimum number of finished attempts in the list before it is rebuilt. */
const MOST_OVER = 64;

/**
 * All attempts of this worker. An attempt holds a slot until its handler returns and a lease until the queue knows its
 * ending; either may come first.
 */
export class Running {
  /**
   * In the order of their claim, including some finished ones. A Set would keep removed attempts alive until the next full
   * garbage collection: its old tables point to their successors.
   */
  #attempts: Attempt[] = [];
  #over = 0;
  #slotsHeld = 0;
  #suspects = 0;
  readonly #scope: AttemptScope;
  readonly #hooks: Omit<AttemptHooks, 'takeSlot'>;
  readonly #attemptHooks: AttemptHooks = {
    onEnd: (attempt) => this.#ended(attempt),
    onReturn: (attempt) => this.#returned(attempt),
    onWait: (attempt) => this.#waits(attempt),
    takeSlot: async (attempt) => this.#takeSlot(attempt),
  };
  readonly #waiting = new Waiting();
  #whenAllEnded: (() => void)[] = [];

  constructor(scope: AttemptScope, hooks: Omit<AttemptHooks, 'takeSlot'>) {
    this.#scope = scope;
    this.#hooks = hooks;
  }

  /** Number of slots whose handler has not returned, including overdue ones. */
  get slotsHeld(): number {
    return this.#slotsHeld;
  }

  get hasSlot(): boolean {
    return this.#slotsHeld < this.#scope.concurrency;
  }

  /** Time for which the attempt that started first has held its slot (ms); 0 if no slot is held. */
  get longestMs(): number {
    const isRunning = (each: Attempt): boolean => !each.returned && !this.#waiting.has(each);
    return this.#attempts.find(isRunning)?.runningMs ?? 0;
  }

  /** Number of handlers that still hold a slot although their attempt has ended. */
  get overdue(): number {
    return this.#attempts.filter((attempt) => attempt.ending && !attempt.returned).length;
  }

  get hasSuspect(): boolean {
    return this.#suspects > 0;
  }

  /** Attempts whose lease this worker holds, in the order of their claim. */
  get leaseholders(): readonly Attempt[] {
    return this.#attempts.filter((attempt) => attempt.holdsLease);
  }

  /** Attempts without an ending, in the order of their claim. */
  get unended(): readonly Attempt[] {
    return this.#attempts.filter((attempt) => attempt.holdsLease && !attempt.ending);
  }

  /** Attempts released to the queue, in the order of their claim. */
  get givenBack(): readonly Attempt[] {
    return this.leaseholders.filter((attempt) => attempt.ending?.status === 'release');
  }

  /** The worker stops: parks the handlers that only wait, now and later. */
  parkWaiting(): void {
    this.#waiting.parkAll();
  }

  /** Creates the attempt of a claimed action. It holds no slot until it starts. */
  attemptOf(claimed: ClaimedAction): Attempt {
    return new Attempt(claimed, this.#scope, this.#attemptHooks);
  }

  /** Starts an attempt. Requires a free slot. */
  start(attempt: Attempt): void {
    this.#attempts.push(attempt);
    this.#slotsHeld += 1;
    if (attempt.claimed.suspect) this.#suspects += 1;
    attempt.start();
  }

  /** Stops the renewal of a lease: the queue knows the ending, or another worker holds the lease. */
  dropLease(attempt: Attempt): void {
    if (!attempt.holdsLease) return;
    attempt.dropLease();
    if (attempt.returned) this.#isOver();
  }

  /** Resolves when every attempt has ended; overdue handlers may still run. */
  async allEnded(): Promise<void> {
    if (this.unended.length === 0) return;
    await new Promise<void>((resolve) => this.#whenAllEnded.push(resolve));
  }

  #ended(attempt: Attempt): void {
    this.#hooks.onEnd(attempt);
    if (this.#whenAllEnded.length === 0 || this.unended.length > 0) return;
    for (const resolve of this.#whenAllEnded.splice(0)) resolve();
  }

  #waits(attempt: Attempt): void {
    this.#waiting.add(attempt);
    this.#freeSlot();
    this.#hooks.onWait(attempt);
  }

  async #takeSlot(attempt: Attempt): Promise<void> {
    if (!this.hasSlot) return this.#waiting.turnOf(attempt);
    this.#slotsHeld += 1;
    this.#waiting.delete(attempt);
  }

  /** Handlers that waited and go on come before new actions. */
  #freeSlot(): void {
    this.#slotsHeld -= 1;
    if (this.hasSlot && this.#waiting.passSlot()) this.#slotsHeld += 1;
  }

  #returned(attempt: Attempt): void {
    if (!this.#waiting.delete(attempt)) this.#freeSlot();
    if (attempt.claimed.suspect) this.#suspects -= 1;
    if (!attempt.holdsLease) this.#isOver();
    this.#hooks.onReturn(attempt);
  }

  /** Counts a finished attempt. Removes finished attempts once they are most of the list. */
  #isOver(): void {
    this.#over += 1;
    if (this.#over < MOST_OVER || this.#over < this.#attempts.length / 2) return;
    this.#attempts = this.#attempts.filter((each) => each.holdsLease || !each.returned);
    this.#over = 0;
  }
}
