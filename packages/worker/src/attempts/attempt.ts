import { LeaseLostError } from '@nooble/errors';
import type { ClaimedAction, Lease, Outcome, Settlement } from '@nooble/queue';
import { WorkerStopping } from '../handlers/control.ts';
import type { ActionEvent } from '../reporting/events.ts';
import { eventOf, settlementOf, type Ending } from './attempt-reports.ts';
import type { AttemptScope } from './attempt-scope.ts';
import type { HandlerWaits } from './attempt-context.ts';
import { HandlerRun } from './handler-run.ts';

/** Callbacks of an attempt. `onReturn` may come long after `onEnd`, if the handler was overdue. */
export interface AttemptHooks {
  onEnd(attempt: Attempt): void;
  onReturn(attempt: Attempt): void;
  /** The handler only waits, and has no slot. */
  onWait(attempt: Attempt): void;
  /** Resolves when the handler has a slot again. */
  takeSlot(attempt: Attempt): Promise<void>;
}

const CANCELLED: Ending = { status: 'cancelled' };

/**
 * One run of one claimed action, from its claim to its ending: holds a lease until the queue knows the ending, and a slot until
 * the handler returns. Never rejects or throws.
 */
export class Attempt {
  #claimed: ClaimedAction;
  #ending: Ending | undefined;
  #returned = false;
  /** Its outcome while `onDead` runs, which is then final. */
  #dying: Outcome | undefined;
  #holdsLease = true;
  #runningMs = 0;
  readonly #run: HandlerRun;
  readonly #publish: AttemptScope['publish'];
  readonly #hooks: AttemptHooks;

  constructor(claimed: ClaimedAction, scope: AttemptScope, hooks: AttemptHooks) {
    this.#claimed = claimed;
    this.#run = new HandlerRun(claimed, scope, waitsOf(this, hooks));
    this.#publish = scope.publish;
    this.#hooks = hooks;
  }

  /** The claimed action with its last renewed lease. */
  get claimed(): ClaimedAction {
    return this.#claimed;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Time from the start until the ending, or until now (ms). */
  get runningMs(): number {
    return this.#ending ? this.#runningMs : this.#run.elapsedMs;
  }

  /** True once the handler has returned, so that its slot is free. */
  get returned(): boolean {
    return this.#returned;
  }

  /** True until the queue knows the ending. */
  get holdsLease(): boolean {
    return this.#holdsLease;
  }

  get settlement(): Settlement {
    return settlementOf(this.#claimed, this.#run, this.#ending);
  }

  get event(): ActionEvent {
    return eventOf(this.#claimed, this.#run);
  }

  start(): void {
    void this.#toItsEnd();
  }

  renewed(lease: Lease): void {
    this.#claimed = { ...this.#claimed, lease };
  }

  dropLease(): void {
    this.#holdsLease = false;
  }

  /** The lease belongs to another worker: aborts the handler and drops its result. */
  lose(): void {
    this.#run.limits.abort(new LeaseLostError({ actionId: this.#claimed.lease.actionId }));
    this.#end({ status: 'lost' });
  }

  /** Its journal, if the handler uses it. */
  get journal(): HandlerRun['journal'] {
    return this.#run.journal;
  }

  /** Ends while the handler waits, which does not go on: the action runs again, from its journal. */
  leave(ending: Ending): void {
    this.#end(ending);
    this.#run.leave();
    this.#return();
  }

  /** Its action was cancelled: aborts the handler, and ends as cancelled whatever it returns. */
  cancel(): void {
    if (!this.#ending) this.#run.limits.cancel();
  }

  /** The worker stops: a handler that throws now returns its action to the queue. */
  abortForStop(): void {
    this.#run.limits.abort(new WorkerStopping());
  }

  /** Ends without waiting any longer for the handler, which was aborted before. */
  abandon(): void {
    if (this.#dying) this.#end(this.#dying);
    else void this.#fail(this.#run.limits.abortedBy);
  }

  /** Replaces an outcome that the queue refused to store. */
  replaceOutcome(outcome: Outcome): void {
    this.#ending = outcome;
  }

  async #toItsEnd(): Promise<void> {
    const run = this.#run;
    try {
      const action = run.begin();
      this.#publish('started', this.event);
      const result = await run.result(action, () => this.#overdue());
      if (!this.#dying) this.#end(run.limits.isCancelled ? CANCELLED : { status: 'done', result });
    } catch (error) {
      await this.#fail(error);
    }
    this.#return();
  }

  #return(): void {
    if (this.#returned) return;
    this.#returned = true;
    this.#hooks.onReturn(this);
  }

  #overdue(): void {
    if (this.#ending) return;
    this.abandon();
    this.#publish('overdue', { ...this.event, runningMs: this.#run.elapsedMs });
  }

  /** Ends with what was thrown. If that is final, `onDead` runs first, while the attempt still holds its lease. */
  async #fail(thrown: unknown): Promise<void> {
    const outcome = this.#run.outcomeOf(thrown);
    if (this.#ending || this.#dying) return;
    const announce = outcome.status === 'dead' ? this.#run.announcerOf(outcome.error) : undefined;
    if (announce) {
      this.#dying = outcome;
      await announce();
    }
    this.#end(outcome);
  }

  #end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#runningMs = this.#run.elapsedMs;
    this.#run.limits.end();
    this.#hooks.onEnd(this);
  }
}

function waitsOf(attempt: Attempt, hooks: AttemptHooks): HandlerWaits {
  return {
    lease: () => attempt.claimed.lease,
    hooks: {
      onWait: () => hooks.onWait(attempt),
      takeSlot: async () => hooks.takeSlot(attempt),
      onPark: (delayMs) => attempt.leave({ status: 'parked', delayMs }),
      onRequeue: () => attempt.leave({ status: 'requeued' }),
    },
  };
}
