import { checkOption, readOptions, rule, toWireError } from '@nooble/errors';
import type { OptionsCheck, WireError } from '@nooble/errors';

/** Options of `retryLater`. */
export interface RetryLaterOptions {
  /** Stored as the error. @default 'The handler requested a retry' */
  readonly reason?: string;
  /**
   * Counts this attempt as failed. Set it to false if a resource of the handler is at its limit; `throttledForMs` of the
   * retry policy limits for how long that may go on. @default true
   */
  readonly counts?: boolean;
  /** Scope of the delay: this action alone. Other actions of its tenant continue. @default 'action' */
  readonly hold?: 'action';
}

const CHECK: OptionsCheck<RetryLaterOptions> = {
  of: 'retryLater',
  rules: { reason: rule.anything, counts: rule.boolean, hold: rule.oneOf('action') },
};

/**
 * Ends this attempt of a handler and runs the action again after `delayMs`, instead of the backoff. It is a failed attempt
 * unless `counts` is false: when attempts are exhausted the action is dead. Works by throwing, so do not catch it. Throws
 * RangeError for more than 366 days and for invalid options.
 */
export function retryLater(delayMs: number, options: string | RetryLaterOptions = {}): never {
  checkOption('delayMs', delayMs, rule.duration);
  const given = typeof options === 'string' ? { reason: options } : options;
  const { reason, counts } = readOptions(given, CHECK);
  throw new RetryLater(Math.ceil(delayMs), { reason, counts });
}

/**
 * Ends the action permanently: it is dead without another attempt, and its caller receives `reason`. Pass an error to keep
 * its code. Works by throwing, so do not catch it.
 */
export function giveUp(reason: string | Error): never {
  throw new GiveUp(reason);
}

/** Thrown by `retryLater`. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly delayMs: number;
  readonly counts: boolean;

  constructor(
    delayMs: number,
    { reason, counts }: { reason?: string | undefined; counts?: boolean | undefined } = {},
  ) {
    super(reason ?? 'The handler requested a retry');
    this.delayMs = delayMs;
    this.counts = counts ?? true;
  }

  toWire(): WireError {
    return { ...toWireError(new Error(this.message)), retryable: true };
  }
}

/** Thrown by `giveUp`. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';

  constructor(reason: string | Error) {
    super(typeof reason === 'string' ? reason : reason.message, { cause: reason });
  }

  toWire(): WireError {
    const reason = this.cause instanceof Error ? this.cause : new Error(this.message);
    return { ...toWireError(reason), retryable: false };
  }
}

/**
 * Reason of the abort when a handler that only waits is parked, or its action returned to the queue because its tenant is at
 * its cap: what it waits for never settles here, and the action runs again from its journal.
 */
export class HandlerParked extends Error {
  override readonly name = 'HandlerParked';

  constructor() {
    super('The handler waits no longer in this process; it runs again once an answer has come');
  }
}

/** Reason for which a wait ends that a handler left behind. */
export class HandlerReturned extends Error {
  override readonly name = 'HandlerReturned';

  constructor() {
    super('The handler has returned, so that nothing waits any more');
  }
}

/** Reason of the abort when the grace period of a stopping worker ends. The action returns to its queue. */
export class WorkerStopping extends Error {
  override readonly name = 'WorkerStopping';

  constructor() {
    super('The worker is stopping and its grace is over; the action goes back to its queue');
  }
}
