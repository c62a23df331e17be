import type { DomainAction } from '@nooble/models';
import type { DomainQueueManager } from '@nooble/queue';
import type { Logger } from 'pino';

/** A queue manager that carries task, session, tenant and trace on to child actions. */
export type ActionQueues = ReturnType<DomainQueueManager['within']>;

/** Where the queues of a context come from. */
export interface QueueSource {
  within(action: DomainAction): ActionQueues;
}

/** What a handler gets beside its action. */
export interface ActionContext {
  /** Aborts at the timeout, when the lease is lost and when a stopping worker runs out of grace; its reason says which. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** A pino child with action_id, action_type, tenant_id, tier, task_id and session_id. */
  readonly logger: Logger;
  /** Sends child actions: the same task, session and tenant, with this action as their parent. */
  readonly queues: ActionQueues;
  /** When `signal` aborts for the timeout, by this process's wall clock. */
  readonly deadline: Date;
  /**
   * Whether this attempt is the last if it throws `error` now, so that the action is dead: for a handler that has
   * to tell somebody. An error that is not retryable ends it at once, one of a limit counts no attempt.
   */
  isLast(error: unknown): boolean;
}

/** What a context is made of. */
export interface ContextParts {
  readonly action: DomainAction;
  readonly attempt: number;
  readonly deadlineMs: number;
  readonly makeLogger: (action: DomainAction, attempt: number) => Logger;
  readonly queues: QueueSource;
  readonly isLast: (error: unknown) => boolean;
}

/** The context of one attempt. Its parts are made when first used: most handlers touch few of them. */
export class AttemptContext implements ActionContext {
  readonly attempt: number;
  readonly #parts: ContextParts;
  #controller: AbortController | undefined;
  #abortedBy: Error | undefined;
  #logger: Logger | undefined;
  #queues: ActionQueues | undefined;

  constructor(parts: ContextParts) {
    this.attempt = parts.attempt;
    this.#parts = parts;
  }

  get signal(): AbortSignal {
    this.#controller ??= controllerOf(this.#abortedBy);
    return this.#controller.signal;
  }

  get logger(): Logger {
    const { makeLogger, action } = this.#parts;
    return (this.#logger ??= makeLogger(action, this.attempt));
  }

  get queues(): ActionQueues {
    return (this.#queues ??= this.#parts.queues.within(this.#parts.action));
  }

  get deadline(): Date {
    return new Date(this.#parts.deadlineMs);
  }

  isLast(error: unknown): boolean {
    return this.#parts.isLast(error);
  }

  /** Aborts the signal; the first reason stays. */
  abort(reason: Error): void {
    if (this.#abortedBy) return;
    this.#abortedBy = reason;
    this.#controller?.abort(reason);
  }

  /** The reason of the abort; undefined while there was none. */
  get abortedBy(): Error | undefined {
    return this.#abortedBy;
  }
}

function controllerOf(abortedBy: Error | undefined): AbortController {
  const controller = new AbortController();
  if (abortedBy) controller.abort(abortedBy);
  return controller;
}
