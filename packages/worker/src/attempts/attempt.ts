import { ActionTimeoutError, LeaseLostError, UnknownActionError } from '@nooble/errors';
import type { DomainAction, Tier, TierPolicy } from '@nooble/models';
import type { ClaimedAction, DomainQueueManager, Lease, Outcome, Settlement } from '@nooble/queue';
import type { Logger } from 'pino';
import type { ActionProcessor, Registration } from '../handlers/action-processor.ts';
import { resolveRetryPolicy, type RetryPolicy } from '../handlers/backoff.ts';
import type { Clock } from '../timing/clock.ts';
import { AttemptContext } from '../handlers/context.ts';
import { WorkerStopping } from '../handlers/control.ts';
import { runAsCurrent } from '../handlers/current-action.ts';
import { readEnvelope } from './envelope.ts';
import type { ActionEvent, Publish } from '../reporting/events.ts';
import { announceDeath } from '../handlers/on-dead.ts';
import { outcomeOfError } from './outcome.ts';
import { TimeLimit, timeoutOf } from './timeout.ts';

/** What every attempt of a worker has in common. */
export interface AttemptScope {
  readonly domain: string;
  readonly processor: ActionProcessor;
  /** Most attempts at a time. */
  readonly concurrency: number;
  readonly tiers: Readonly<Record<Tier, TierPolicy>>;
  readonly retry: RetryPolicy;
  readonly unhandledForMs: number;
  readonly timeoutGraceMs: number;
  readonly queues: Pick<DomainQueueManager, 'within'>;
  readonly makeLogger: (action: DomainAction, attempt: number) => Logger;
  readonly publish: Publish;
  readonly clock: Clock;
}

/** Who is told how an attempt goes. The handler may return long after the end: it was overdue. */
export interface AttemptHooks {
  onEnd(attempt: Attempt): void;
  onReturn(attempt: Attempt): void;
}

/** How an attempt ended: an outcome to settle, or the loss of its lease. */
export type Ending = Outcome | { readonly status: 'lost' };

/** One run of one claimed action, from its claim to its ending. Nothing in here rejects or throws. */
export class Attempt {
  #claimed: ClaimedAction;
  #action: DomainAction | undefined;
  #context: AttemptContext | undefined;
  #registration: Registration | undefined;
  #ending: Ending | undefined;
  #returned = false;
  /** Its outcome while `onDead` runs: nothing changes it any more. */
  #dying: Outcome | undefined;
  #holdsLease = true;
  #startedMs = 0;
  #runningMs = 0;
  readonly #scope: AttemptScope;
  readonly #hooks: AttemptHooks;

  constructor(claimed: ClaimedAction, scope: AttemptScope, hooks: AttemptHooks) {
    this.#claimed = claimed;
    this.#scope = scope;
    this.#hooks = hooks;
  }

  /** Its lease is the last renewed one. */
  get claimed(): ClaimedAction {
    return this.#claimed;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** From the start until the ending, or until now while it has none (ms). */
  get runningMs(): number {
    return this.#ending ? this.#runningMs : this.#elapsedMs();
  }

  /** Whether the handler has returned, so that its slot is free. */
  get returned(): boolean {
    return this.#returned;
  }

  /** Until the queue has heard how it ended. */
  get holdsLease(): boolean {
    return this.#holdsLease;
  }

  get settlement(): Settlement {
    const [claimed, action, outcome] = [this.#claimed, this.#action, this.#ending];
    if (!outcome || outcome.status === 'lost') {
      throw new Error(`Cannot settle action "${claimed.lease.actionId}": it has no outcome`);
    }
    return action ? { claimed, action, outcome } : { claimed, outcome };
  }

  get event(): ActionEvent {
    const [claimed, action] = [this.#claimed, this.#action];
    const attempt = claimed.failures + 1;
    return action ? { claimed, action, attempt } : { claimed, attempt };
  }

  start(): void {
    this.#startedMs = this.#scope.clock.monotonicMs();
    void this.#run();
  }

  renewed(lease: Lease): void {
    this.#claimed = { ...this.#claimed, lease };
  }

  dropLease(): void {
    this.#holdsLease = false;
  }

  /** The lease belongs to another worker: aborts the handler and drops whatever it returns. */
  lose(): void {
    this.#context?.abort(new LeaseLostError({ actionId: this.#claimed.lease.actionId }));
    this.#end({ status: 'lost' });
  }

  /** The worker stops: a handler that throws now gives its action back. */
  abortForStop(): void {
    this.#context?.abort(new WorkerStopping());
  }

  /** Ends without waiting any longer for the handler, which was aborted before. */
  abandon(): void {
    if (this.#dying) this.#end(this.#dying);
    else void this.#fail(this.#context?.abortedBy);
  }

  /** Takes the place of an outcome the queue refused to store. */
  replaceOutcome(outcome: Outcome): void {
    this.#ending = outcome;
  }

  async #run(): Promise<void> {
    let limit: TimeLimit | undefined;
    try {
      const action = readEnvelope(this.#claimed, this.#scope.domain);
      this.#action = action;
      this.#scope.publish('started', this.event);
      const registration = (this.#registration = this.#registrationOf(action));
      const timeoutMs = timeoutOf(action, this.#scope.tiers[action.tenantTier]);
      const ctx = (this.#context = this.#contextOf(action, timeoutMs));
      limit = this.#limit(ctx, timeoutMs);
      const result = await runAsCurrent({ action, ctx }, () => registration.run(action, ctx));
      if (!this.#dying) this.#end({ status: 'done', result });
    } catch (error) {
      // `onDead` has a limit of its own: a handler that has thrown is not overdue.
      limit?.clear();
      await this.#fail(error);
    }
    limit?.clear();
    this.#returned = true;
    this.#hooks.onReturn(this);
  }

  #registrationOf({ actionType }: DomainAction): Registration {
    const { processor, domain } = this.#scope;
    const registration = processor.find(actionType);
    // Put off: during a rolling deploy another worker of the domain may know it.
    if (!registration) throw new UnknownActionError({ actionType, domain });
    return registration;
  }

  #contextOf(action: DomainAction, timeoutMs: number): AttemptContext {
    const { queues, makeLogger, clock } = this.#scope;
    const attempt = this.#claimed.failures + 1;
    const deadlineMs = clock.epochMs() + timeoutMs;
    const isLastAttempt = () => attempt >= this.#retry.attempts;
    return new AttemptContext({ action, attempt, deadlineMs, makeLogger, queues, isLastAttempt });
  }

  #limit(context: AttemptContext, timeoutMs: number): TimeLimit {
    const { actionId } = this.#claimed.lease;
    return new TimeLimit({
      timeoutMs,
      graceMs: this.#scope.timeoutGraceMs,
      onTimeout: () => context.abort(new ActionTimeoutError({ actionId, timeoutMs })),
      onOverdue: () => {
        if (this.#ending) return;
        this.abandon();
        this.#scope.publish('overdue', { ...this.event, runningMs: this.#elapsedMs() });
      },
    });
  }

  /** Ends with what was thrown. The last attempt announces it first; until then it holds its lease. */
  async #fail(thrown: unknown): Promise<void> {
    const ending = this.#endingOf(thrown);
    const { onDead } = this.#registration ?? {};
    const [action, ctx] = [this.#action, this.#context];
    if (this.#ending || this.#dying) return;
    if (ending.status === 'dead' && onDead && action && ctx) {
      this.#dying = ending;
      const { timeoutGraceMs: limitMs, publish } = this.#scope;
      await announceDeath({ onDead, action, error: ending.error, ctx, limitMs, publish });
    }
    this.#end(ending);
  }

  get #retry(): RetryPolicy {
    return resolveRetryPolicy(this.#registration?.retry ?? {}, this.#scope.retry);
  }

  /** What an aborted handler throws says nothing; why it was aborted does. */
  #endingOf(thrown: unknown): Ending {
    const { unhandledForMs, clock } = this.#scope;
    const isUnhandled = this.#action && !this.#registration;
    return outcomeOfError({
      error: this.#context?.abortedBy ?? thrown,
      claimed: this.#claimed,
      runningMs: this.#elapsedMs(),
      retry: this.#retry,
      unhandledForMs: isUnhandled ? unhandledForMs : undefined,
      nowMs: clock.epochMs(),
    });
  }

  #elapsedMs(): number {
    return this.#scope.clock.monotonicMs() - this.#startedMs;
  }

  #end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#runningMs = this.#elapsedMs();
    this.#hooks.onEnd(this);
  }
}
