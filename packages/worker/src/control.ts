import { toWireError, type WireError } from '@nooble/errors';
import { assertDuration } from './durations.ts';

/**
 * Ends this attempt of a handler and runs the action again after `delayMs`, in place of the backoff.
 * It counts as a failed attempt: when attempts are exhausted the action is dead. Works by throwing,
 * so do not catch it. `reason` is kept as the error. Throws RangeError for more than 366 days.
 */
export function retryLater(
  delayMs: number,
  reason = 'The handler asked to run again later',
): never {
  assertDuration('the delay of a retry', delayMs);
  throw new RetryLater(Math.ceil(delayMs), reason);
}

/**
 * Ends the action for good: it is dead without another attempt, and its caller is told `reason`.
 * Pass an error to keep its code. Works by throwing, so do not catch it.
 */
export function giveUp(reason: string | Error): never {
  throw new GiveUp(reason);
}

/** Thrown by `retryLater`. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly delayMs: number;

  constructor(delayMs: number, reason: string) {
    super(reason);
    this.delayMs = delayMs;
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

/** Why `ctx.signal` aborts when a stopping worker runs out of grace; the action goes back to its queue. */
export class WorkerStopping extends Error {
  override readonly name = 'WorkerStopping';

  constructor() {
    super('The worker is stopping and its grace is over; the action goes back to its queue');
  }
}
