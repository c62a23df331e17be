import {
  ActionCancelledError,
  ActionTimeoutError,
  DeadlineExceededError,
  HandlerReturnedError,
  toWireError,
} from '@nooble/errors';
import type { ClaimedAction, Outcome, RunningAction } from '@nooble/queue';
import type { AttemptScope } from './attempt-scope.ts';
import { Deadline } from './deadline.ts';
import { TimeLimit } from './timeout.ts';

/** A handler that starts. */
export interface StartingHandler {
  readonly timeoutMs: number;
  /** Called if the handler has not returned some time after it was aborted. */
  readonly onOverdue: () => void;
}

/** Everything that aborts a handler before it returns: its timeout, its expiry and its cancellation. */
export class HandlerLimits {
  readonly #claimed: ClaimedAction;
  readonly #scope: AttemptScope;
  readonly #deadline: Deadline;
  readonly #onAbort: (reason: Error) => void;
  #abortedBy: Error | undefined;
  #limit: TimeLimit | undefined;
  #isCancelled = false;
  #hasEnded = false;

  /** `onAbort` aborts everything that the handler uses. */
  constructor(claimed: ClaimedAction, scope: AttemptScope, onAbort: (reason: Error) => void) {
    this.#onAbort = onAbort;
    this.#claimed = claimed;
    this.#scope = scope;
    this.#deadline = new Deadline(claimed, scope.clock);
  }

  /** True if the action was cancelled: its outcome is that, whatever the handler returns. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Reason of the first `abort()`. */
  get abortedBy(): Error | undefined {
    return this.#abortedBy;
  }

  /** Throws ActionCancelledError if the action was cancelled before it started. */
  assertWanted(): void {
    const { lease } = this.#claimed;
    if (this.#scope.wasCancelled(lease)) this.#isCancelled = true;
    if (this.#isCancelled) throw new ActionCancelledError(lease);
  }

  start({ timeoutMs, onOverdue }: StartingHandler): void {
    const { actionId } = this.#claimed.lease;
    this.#limit = new TimeLimit({
      timeoutMs,
      expiresInMs: this.#deadline.leftMs(),
      graceMs: this.#scope.timeoutGraceMs,
      onTimeout: () => this.abort(new ActionTimeoutError({ actionId, timeoutMs })),
      onExpiry: () => this.abort(this.#deadline.error()),
      onOverdue,
      clock: this.#scope.clock,
    });
  }

  /** Time left until the timeout or the expiry (ms); undefined before the start. */
  get leftMs(): number | undefined {
    return this.#limit?.leftMs;
  }

  /** The timeout stands still until `resume()`. */
  pause(): void {
    this.#limit?.pause();
  }

  resume(): void {
    this.#limit?.resume();
  }

  /** The handler has returned. */
  clear(): void {
    this.#limit?.clear();
  }

  /** The attempt has ended: its handler sends no more child actions. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Aborts a handler that has started. The first reason is kept. */
  abort(reason: Error): void {
    if (!this.#limit || this.#abortedBy) return;
    this.#abortedBy = reason;
    this.#onAbort(reason);
  }

  /** The action was cancelled: aborts the signal of the handler, which then has the grace period of a timeout. */
  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.abort(new ActionCancelledError(this.#claimed.lease));
    this.#limit?.cut();
  }

  /** Returns the outcome that an abort decides; undefined if what the handler throws does. */
  outcome(): Outcome | undefined {
    if (this.#isCancelled) return { status: 'cancelled' };
    const { abortedBy } = this;
    if (!(abortedBy instanceof DeadlineExceededError)) return undefined;
    return { status: 'expired', error: toWireError(abortedBy) };
  }

  /** Returns what the sender of its child actions needs to know. */
  runningAction(): RunningAction {
    return {
      token: this.#claimed.lease.token,
      expiresMs: this.#deadline.expiresMs,
      leftMs: () => this.#deadline.leftMs(),
      isCancelled: () => this.#isCancelled,
      assertRuns: (attempted) => this.#assertRuns(attempted),
    };
  }

  #assertRuns(attempted: string): void {
    if (!this.#hasEnded) return;
    const { actionId } = this.#claimed.lease;
    throw this.#abortedBy ?? new HandlerReturnedError({ actionId, attempted });
  }
}
