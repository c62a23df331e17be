import { UnknownActionError, type WireError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { ClaimedAction, Outcome } from '@nooble/queue';
import type { Registration } from '../handlers/action-processor.ts';
import { resolveRetryPolicy, type RetryPolicy } from '../handlers/backoff.ts';
import type { AttemptContext } from '../handlers/context.ts';
import type { Journal } from '../journal/journal.ts';
import { runAsCurrent } from '../handlers/current-action.ts';
import { HandlerParked } from '../handlers/control.ts';
import { announceDeath } from '../handlers/on-dead.ts';
import { attemptContext, continuing, type HandlerWaits } from './attempt-context.ts';
import type { AttemptScope } from './attempt-scope.ts';
import { RunStream } from './run-stream.ts';
import { readEnvelope } from './envelope.ts';
import { HandlerLimits } from './handler-limits.ts';
import { outcomeOfError } from './outcome.ts';
import { timeoutOf } from './timeout.ts';

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
  readonly #limits: HandlerLimits;
  #stream: RunStream | undefined;
  #throttleKey: string | undefined;

  constructor(claimed: ClaimedAction, scope: AttemptScope, waiting: HandlerWaits) {
    this.#claimed = claimed;
    this.#scope = scope;
    this.#waiting = waiting;
    this.#limits = new HandlerLimits(claimed, scope, (reason) => {
      this.#context?.abort(reason);
      this.#stream?.abort(reason);
    });
  }

  /** Undefined if the envelope has not been read, or is malformed. */
  get action(): DomainAction | undefined {
    return this.#action;
  }

  /** Time since `begin()` (ms). */
  get elapsedMs(): number {
    return this.#scope.clock.monotonicMs() - this.#startedMs;
  }

  /** Timeout, expiry and cancellation. */
  get limits(): Pick<HandlerLimits, 'abort' | 'abortedBy' | 'cancel' | 'end' | 'isCancelled'> {
    return this.#limits;
  }

  /** True if other processes may follow its stream. */
  get streams(): boolean {
    return this.#registration?.streams === true;
  }

  /** Number of chunks that were stored; undefined if the attempt has no stream. */
  get emitted(): number | undefined {
    return this.#stream?.emitted;
  }

  /** Starts the clock and decodes the envelope. Throws InvalidActionError, and ActionCancelledError. */
  begin(): DomainAction {
    this.#startedMs = this.#scope.clock.monotonicMs();
    const action = (this.#action = readEnvelope(this.#claimed, this.#scope.domain));
    this.#limits.assertWanted();
    return action;
  }

  /**
   * Returns the result of the handler. Rejects with what it throws, with UnknownActionError if there is none, and with
   * KeyHeld, without running it, while the throttle key of the action is held. Calls `onOverdue` if the handler has not
   * returned some time after its timeout, its expiry or its cancellation.
   */
  async result(action: DomainAction, onOverdue: () => void): Promise<unknown> {
    const registration = (this.#registration = registrationOf(this.#scope, action));
    const timeoutMs = timeoutOf(action, this.#scope.tiers[action.tenantTier]);
    const ctx = (this.#context = this.#contextOf(action, timeoutMs));
    this.#throttleKey = this.#scope.heldKeys.freeKeyOf(registration, action);
    this.#limits.start({ timeoutMs, onOverdue });
    if (action.stream === true) this.#streamOf(action);
    try {
      const run = this.#scope.middleware.around(registration.run);
      const result = await runAsCurrent({ action, ctx }, () => run(action, ctx));
      if (this.#stream) await this.#stream.end();
      return result;
    } finally {
      ctx.end();
      if (this.#stream) await this.#stream.close();
      this.#limits.clear();
    }
  }

  /** Undefined until the handler uses it. */
  get journal(): Pick<Journal, 'told' | 'park'> | undefined {
    return this.#context?.journal;
  }

  /** Leaves a handler that waits where it is: it never goes on. */
  leave(): void {
    const reason = new HandlerParked();
    this.#limits.clear();
    this.#context?.journal?.forget(reason);
    this.#limits.abort(reason);
  }

  /** Returns the outcome of an attempt that threw. The reason of an abort replaces what an aborted handler throws. */
  outcomeOf(thrown: unknown): Outcome {
    const decided = this.#limits.outcome();
    if (decided) return decided;
    const { unhandledForMs, clock } = this.#scope;
    const isUnhandled = this.#action && !this.#registration;
    const outcome = outcomeOfError({
      error: this.#limits.abortedBy ?? thrown,
      claimed: this.#claimed,
      runningMs: this.elapsedMs,
      retry: this.#retry,
      unhandledForMs: isUnhandled ? unhandledForMs : undefined,
      throttleKey: this.#throttleKey,
      nowMs: clock.epochMs(),
    });
    return this.#scope.heldKeys.noted(outcome);
  }

  /** Returns a function that runs `onDead`; undefined if the handler has none, or never started. It never rejects. */
  announcerOf(error: WireError): (() => Promise<void>) | undefined {
    const { onDead } = this.#registration ?? {};
    const [action, ctx] = [this.#action, this.#context];
    if (!onDead || !action || !ctx) return undefined;
    const { timeoutGraceMs: limitMs, publish } = this.#scope;
    return async () => announceDeath({ onDead, action, error, ctx, limitMs, publish });
  }

  #contextOf(action: DomainAction, timeoutMs: number): AttemptContext {
    return attemptContext(this.#scope, {
      action,
      claimed: this.#claimed,
      timeoutMs,
      attempts: this.#retry.attempts,
      limits: this.#limits,
      waiting: this.#waiting,
      emit: (chunk) => this.#streamOf(action).emit(chunk),
      onTrace: (trace) => (this.#action = continuing(action, trace)),
    });
  }

  #streamOf(action: DomainAction): RunStream {
    return (this.#stream ??= new RunStream({
      action,
      abortedBy: this.#context?.abortedBy,
      lease: this.#waiting.lease,
      parseChunk: (chunk) => this.#registration?.parseChunk(chunk),
      emit: async (chunks) => this.#scope.broker.emit(chunks),
    }));
  }

  get #retry(): RetryPolicy {
    return resolveRetryPolicy(this.#registration?.retry ?? {}, this.#scope.retry);
  }
}

function registrationOf(
  { processor, domain }: AttemptScope,
  { actionType }: DomainAction,
): Registration {
  const registration = processor.find(actionType);
  // Put off: during a rolling deploy another worker of the domain may have the handler.
  if (!registration) throw new UnknownActionError({ actionType, domain });
  return registration;
}
