import type { ClaimedAction } from '@nooble/queue';
import { Attempt, type AttemptHooks, type AttemptScope } from './attempt.ts';

/**
 * Every attempt this worker answers for. An attempt holds a slot until its handler returns and a lease
 * until the queue has heard how it ended; either may be over first.
 */
export class Running {
  readonly #slots = new Set<Attempt>();
  readonly #leases = new Set<Attempt>();
  readonly #scope: AttemptScope;
  readonly #hooks: AttemptHooks;
  readonly #attemptHooks: AttemptHooks = {
    onEnd: (attempt) => this.#ended(attempt),
    onReturn: (attempt) => this.#returned(attempt),
  };
  #whenAllEnded: (() => void)[] = [];

  constructor(scope: AttemptScope, hooks: AttemptHooks) {
    this.#scope = scope;
    this.#hooks = hooks;
  }

  /** Slots whose handler has not returned, the overdue ones included. */
  get slotsHeld(): number {
    return this.#slots.size;
  }

  /** Handlers that still hold a slot although their attempt has ended. */
  get overdue(): number {
    return [...this.#slots].filter((attempt) => attempt.ending).length;
  }

  get hasSuspect(): boolean {
    return [...this.#slots].some((attempt) => attempt.claimed.suspect);
  }

  /** Attempts whose lease this worker holds, in the order of their claim. */
  get leaseholders(): readonly Attempt[] {
    return [...this.#leases];
  }

  /** Attempts without an ending, in the order of their claim. */
  get unended(): readonly Attempt[] {
    return this.leaseholders.filter((attempt) => !attempt.ending);
  }

  /** Attempts that gave their action back, in the order of their claim. */
  get givenBack(): readonly Attempt[] {
    return this.leaseholders.filter((attempt) => attempt.ending?.status === 'release');
  }

  start(claimed: ClaimedAction): void {
    const attempt = new Attempt(claimed, this.#scope, this.#attemptHooks);
    this.#slots.add(attempt);
    this.#leases.add(attempt);
    attempt.start();
  }

  /** The queue knows the ending, or another worker has the lease: there is nothing left to renew. */
  dropLease(attempt: Attempt): void {
    this.#leases.delete(attempt);
  }

  /** Resolves when every attempt has an ending; overdue handlers may still run. */
  async allEnded(): Promise<void> {
    if (this.unended.length === 0) return;
    await new Promise<void>((resolve) => this.#whenAllEnded.push(resolve));
  }

  #ended(attempt: Attempt): void {
    this.#hooks.onEnd(attempt);
    if (this.#whenAllEnded.length === 0 || this.unended.length > 0) return;
    for (const resolve of this.#whenAllEnded.splice(0)) resolve();
  }

  #returned(attempt: Attempt): void {
    this.#slots.delete(attempt);
    this.#hooks.onReturn(attempt);
  }
}
