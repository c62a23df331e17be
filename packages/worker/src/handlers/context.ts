import { HandlerReturnedError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { DomainQueueManager, RunningAction, TenantQueues } from '@nooble/queue';
import type { Logger } from 'pino';
import { durableOf, type Durable } from '../journal/durable.ts';
import { handled } from '../journal/handled.ts';
import { Journal, type JournalParts } from '../journal/journal.ts';

/** Context of a handler. */
export interface ActionContext<Chunk = unknown> extends Durable {
  /**
   * Aborts at the timeout, when the action is cancelled or expires, when the lease is lost, and when the grace period of a
   * stopping worker ends. The reasons differ.
   */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** A pino child logger with action_id, action_type, tenant_id, tier, task_id and session_id. */
  readonly logger: Logger;
  /**
   * Sends child actions: same task, session and tenant, with this action as their parent. They expire with it, and are
   * cancelled if it is.
   */
  readonly queues: DomainQueueManager;
  /** Time of the timeout, or of the expiry if it is earlier, by the wall clock of this process. */
  readonly deadline: Date;
  /** True if the action is dead when this attempt fails: no attempts are left. Register `onDead` to act on it. */
  readonly isLastAttempt: boolean;
  /**
   * Sends a child action: a definition and its data are enough. Tenant, task, session and trace are those of the
   * action being handled. Throws what `DomainQueueManager.enqueue` throws, and HandlerReturnedError after the attempt has
   * ended.
   */
  readonly enqueue: TenantQueues['enqueue'];
  /**
   * Emits one part of a streamed result, up to 256 KiB of JSON. Resolves at once while the buffer has room, otherwise when it
   * has. Throws ValidationError for an invalid chunk, PayloadTooLargeError, HandlerReturnedError after the handler has
   * returned, and the reason of `signal` once it has aborted. A refused chunk that is not awaited fails the attempt.
   */
  readonly emit: (chunk: Chunk) => Promise<void>;
  /** Sets the trace that the callback of the action continues. @default that of the action */
  readonly continueTrace: (trace: TraceContext) => void;
}

/** A W3C trace context (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Dependencies of a context. */
export interface ContextParts {
  readonly action: DomainAction;
  readonly attempt: number;
  /** Unix ms. */
  readonly deadlineMs: () => number;
  readonly makeLogger: (action: DomainAction, attempt: number) => Logger;
  readonly queues: Pick<DomainQueueManager, 'within'>;
  readonly running: RunningAction;
  readonly isLastAttempt: () => boolean;
  readonly journal: Omit<JournalParts, 'action' | 'queues'>;
  readonly emit: ActionContext['emit'];
  readonly onTrace: ActionContext['continueTrace'];
}

/** The context of one attempt. Its parts are created on first use: most handlers need few of them. */
export class AttemptContext implements ActionContext {
  readonly attempt: number;
  readonly #parts: ContextParts;
  #controller: AbortController | undefined;
  #abortedBy: Error | undefined;
  #logger: Logger | undefined;
  #queues: DomainQueueManager | undefined;
  #tenant: TenantQueues | undefined;
  #journal: Journal | undefined;
  #durable: Durable | undefined;
  #hasReturned = false;

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

  get queues(): DomainQueueManager {
    const { queues, action, running } = this.#parts;
    return (this.#queues ??= queues.within(action, running));
  }

  get emit(): ActionContext['emit'] {
    return (chunk) =>
      this.#hasReturned
        ? handled(async () => this.#assertRuns('emit a chunk'))
        : this.#parts.emit(chunk);
  }

  get continueTrace(): ActionContext['continueTrace'] {
    return this.#parts.onTrace;
  }

  get isLastAttempt(): boolean {
    return this.#parts.isLastAttempt();
  }

  get deadline(): Date {
    return new Date(this.#parts.deadlineMs());
  }

  // An arrow function, because handlers destructure it from the context.
  get enqueue(): TenantQueues['enqueue'] {
    const tenant = (this.#tenant ??= this.queues.tenant());
    return async (definition, data, options) => tenant.enqueue(definition, data, options);
  }

  get step(): Durable['step'] {
    return this.#ownDurable.step;
  }

  get call(): Durable['call'] {
    return this.#ownDurable.call;
  }

  get waitFor(): Durable['waitFor'] {
    return this.#ownDurable.waitFor;
  }

  /** Undefined until the handler uses it. */
  get journal(): Journal | undefined {
    return this.#journal;
  }

  /** The handler has returned. Its journal, which it may have left waiting, and its stream end with it. */
  end(): void {
    this.#hasReturned = true;
    this.#journal?.close(this.#returnedError('go on with what it left behind'));
  }

  /** Aborts the signal. The first reason is kept. */
  abort(reason: Error): void {
    if (this.#abortedBy) return;
    this.#abortedBy = reason;
    this.#controller?.abort(reason);
    this.#journal?.close(reason);
  }

  /** Reason of the abort; undefined if there was none. */
  get abortedBy(): Error | undefined {
    return this.#abortedBy;
  }

  get #ownDurable(): Durable {
    return (this.#durable ??= durableOf((attempted) => this.#openJournal(attempted)));
  }

  #assertRuns(attempted: string): void {
    if (this.#hasReturned) throw this.#returnedError(attempted);
  }

  #returnedError(attempted: string): HandlerReturnedError {
    return new HandlerReturnedError({ actionId: this.#parts.action.actionId, attempted });
  }

  #openJournal(attempted: string): Journal {
    this.#assertRuns(attempted);
    if (this.#journal) return this.#journal;
    const { action, journal } = this.#parts;
    this.#journal = new Journal({ ...journal, action, queues: () => this.queues });
    if (this.#abortedBy) this.#journal.close(this.#abortedBy);
    return this.#journal;
  }
}

function controllerOf(abortedBy: Error | undefined): AbortController {
  const controller = new AbortController();
  if (abortedBy) controller.abort(abortedBy);
  return controller;
}
