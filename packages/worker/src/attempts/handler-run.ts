import { ActionTimeoutError, UnknownActionError, type WireError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { ClaimedAction, Lease, Outcome } from '@nooble/queue';
import type { Registration } from '../handlers/action-processor.ts';
import { resolveRetryPolicy, type RetryPolicy } from '../handlers/backoff.ts';
import { AttemptContext } from '../handlers/context.ts';
import { runAsCurrent } from '../handlers/current-action.ts';
import { HandlerReturned } from '../handlers/control.ts';
import { announceDeath } from '../handlers/on-dead.ts';
import type { WaitHooks } from '../journal/waits.ts';
import type { AttemptScope } from './attempt-scope.ts';
import { readEnvelope } from './envelope.ts';
import { outcomeOfError } from './outcome.ts';
import { TimeLimit, timeoutOf } from './timeout.ts';

/** Access of a waiting handler to its attempt. */
export interface HandlerWaits {
  readonly lease: () => Lease;
  readonly hooks: Omit<WaitHooks, 'onResume'>;
}

/**
 * The user code of one attempt: the handler with its context and time limit, and `onDead`. It is independent of the lease
 * and the slot, which the attempt may lose while user code still runs.
 */
export class HandlerRun {
  readonly #claimed: ClaimedAction;
  readonly #scope: AttemptScope;
  readonly #waiting: HandlerWaits;
  #startedMs = 0;
  #action: DomainAction | undefined;
  #registration: Registration | undefined;
  #context: AttemptContext | undefined;
  #limit: TimeLimit | undefined;

  constructor(claimed: ClaimedAction, scope: AttemptScope, waiting: HandlerWaits) {
    this.#claimed = claimed;
    this.#scope = scope;
    this.#waiting = waiting;
  }

  /** Undefined if the envelope has not been read, or is malformed. */
  get action(): DomainAction | undefined {
    return this.#action;
  }

  /** Time since `begin()` (ms). */
  get elapsedMs(): number {
    return this.#scope.clock.monotonicMs() - this.#startedMs;
  }

  /** Reason of the first `abort()`. */
  get abortedBy(): unknown {
    return this.#context?.abortedBy;
  }

  /** Starts the clock and decodes the envelope. Throws InvalidActionError. */
  begin(): DomainAction {
    this.#startedMs = this.#scope.clock.monotonicMs();
    return (this.#action = readEnvelope(this.#claimed, this.#scope.domain));
  }

  /**
   * Returns the result of the handler. Rejects with what it throws, and with UnknownActionError if there is none. Calls
   * `onOverdue` if the handler has not returned some time after its timeout.
   */
  async result(action: DomainAction, onOverdue: () => void): Promise<unknown> {
    const registration = (this.#registration = this.#registrationOf(action));
    const timeoutMs = timeoutOf(action, this.#scope.tiers[action.tenantTier]);
    const ctx = (this.#context = this.#contextOf(action, timeoutMs));
    const limit = (this.#limit = this.#limitOf(ctx, timeoutMs, onOverdue));
    try {
      return await runAsCurrent({ action, ctx }, () => registration.run(action, ctx));
    } finally {
      limit.clear();
      ctx.journal?.close(new HandlerReturned());
    }
  }

  /** Notifies a waiting handler that answers may have come. */
  told(): void {
    this.#context?.journal?.told();
  }

  /** Parks the handler if it only waits. */
  park(): void {
    this.#context?.journal?.park();
  }

  /** Aborts the signal of the handler. */
  abort(reason: Error): void {
    this.#context?.abort(reason);
  }

  /** Returns the outcome of an attempt that threw. The reason of an abort replaces what an aborted handler throws. */
  outcomeOf(thrown: unknown): Outcome {
    const { unhandledForMs, clock } = this.#scope;
    const isUnhandled = this.#action && !this.#registration;
    return outcomeOfError({
      error: this.abortedBy ?? thrown,
      claimed: this.#claimed,
      runningMs: this.elapsedMs,
      retry: this.#retry,
      unhandledForMs: isUnhandled ? unhandledForMs : undefined,
      nowMs: clock.epochMs(),
    });
  }

  /** Returns a function that runs `onDead`; undefined if the handler has none, or never started. It never rejects. */
  announcerOf(error: WireError): (() => Promise<void>) | undefined {
    const { onDead } = this.#registration ?? {};
    const [action, ctx] = [this.#action, this.#context];
    if (!onDead || !action || !ctx) return undefined;
    const { timeoutGraceMs: limitMs, publish } = this.#scope;
    return async () => announceDeath({ onDead, action, error, ctx, limitMs, publish });
  }

  #registrationOf({ actionType }: DomainAction): Registration {
    const { processor, domain } = this.#scope;
    const registration = processor.find(actionType);
    // Put off: during a rolling deploy another worker of the domain may have the handler.
    if (!registration) throw new UnknownActionError({ actionType, domain });
    return registration;
  }

  #contextOf(action: DomainAction, timeoutMs: number): AttemptContext {
    const { queues, makeLogger, clock, journals, parkAfterMs } = this.#scope;
    const attempt = this.#claimed.failures + 1;
    const deadlineMs = () => clock.epochMs() + (this.#limit?.leftMs ?? timeoutMs);
    const isLastAttempt = () => attempt >= this.#retry.attempts;
    const { lease, hooks } = this.#waiting;
    const pausing: WaitHooks = {
      ...hooks,
      onWait: () => {
        this.#limit?.pause();
        hooks.onWait();
      },
      onResume: () => this.#limit?.resume(),
    };
    const journal = { lease, journals, clock, parkAfterMs, hooks: pausing };
    const parts = { action, attempt, deadlineMs, makeLogger, queues, isLastAttempt, journal };
    return new AttemptContext(parts);
  }

  #limitOf(context: AttemptContext, timeoutMs: number, onOverdue: () => void): TimeLimit {
    const { actionId } = this.#claimed.lease;
    return new TimeLimit({
      timeoutMs,
      graceMs: this.#scope.timeoutGraceMs,
      onTimeout: () => context.abort(new ActionTimeoutError({ actionId, timeoutMs })),
      onOverdue,
      clock: this.#scope.clock,
    });
  }

  get #retry(): RetryPolicy {
    return resolveRetryPolicy(this.#registration?.retry ?? {}, this.#scope.retry);
  }
}
