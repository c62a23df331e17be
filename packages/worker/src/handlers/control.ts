import { checkOption, readOptions, rule, toWireError } from '@nooble/errors';
import { ThrottledError, type OptionsCheck, type WireError } from '@nooble/errors';
import { THROTTLE_KEY_RULE } from '@nooble/queue';

/** Scope of a delay: what waits besides the action itself. */
export type HoldScope =
  | {
      /**
       * `action`: this action alone. `tenant`: all actions of its tenant in the domain, none of which starts before.
       * @default 'action'
       */
      readonly hold?: 'action' | 'tenant';
      readonly key?: never;
    }
  | {
      /** All actions of a throttle key in the domain, of any tenant. */
      readonly hold: 'key';
      /** Name of the resource, for example `openai/gpt-4o`. @default the `throttleKey` of the handler */
      readonly key?: string;
    };

/** Options of `retryLater`. */
export type RetryLaterOptions = HoldScope & {
  /** Stored as the error. @default 'The handler requested a retry' */
  readonly reason?: string;
  /**
   * Counts this attempt as failed. Set it to false if a resource of the handler is at its limit; `throttledForMs` of the
   * retry policy limits for how long that may go on. @default true
   */
  readonly counts?: boolean;
};

const CHECK: OptionsCheck<RetryLaterOptions> = {
  of: 'retryLater',
  rules: {
    reason: rule.anything,
    counts: rule.boolean,
    hold: rule.oneOf('action', 'tenant', 'key'),
    key: THROTTLE_KEY_RULE,
  },
};

/**
 * Ends this attempt of a handler and runs the action again after `delayMs`, instead of the backoff. It is a failed attempt
 * unless `counts` is false: when attempts are exhausted the action is dead. `hold` makes others wait as long, up to
 * `throttledForMs`. Works by throwing, so do not catch it. Throws RangeError for more than 366 days and for invalid options.
 */
export function retryLater(delayMs: number, options: string | RetryLaterOptions = {}): never {
  checkOption('delayMs', delayMs, rule.duration);
  const given = typeof options === 'string' ? { reason: options } : options;
  const { reason, counts, hold, key } = readOptions(given, CHECK);
  if (key !== undefined && hold !== 'key') throw new RangeError('A key needs hold: "key"');
  throw new RetryLater(Math.ceil(delayMs), { reason, counts, hold, key });
}

/**
 * Ends the action permanently: it is dead without another attempt, and its caller receives `reason`. Pass an error to keep
 * its code. Works by throwing, so do not catch it.
 */
export function giveUp(reason: string | Error): never {
  throw new GiveUp(reason);
}

interface RetryLaterFacts {
  readonly reason?: string | undefined;
  readonly counts?: boolean | undefined;
  readonly hold?: RetryLater['hold'] | undefined;
  readonly key?: string | undefined;
}

/** Thrown by `retryLater`. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly delayMs: number;
  readonly counts: boolean;
  readonly hold: 'action' | 'tenant' | 'key';
  readonly key: string | undefined;

  constructor(delayMs: number, { reason, counts, hold, key }: RetryLaterFacts = {}) {
    super(reason ?? 'The handler requested a retry');
    this.delayMs = delayMs;
    this.counts = counts ?? true;
    this.hold = hold ?? 'action';
    this.key = key;
  }

  /** An attempt that does not count met a limit: its error is THROTTLED. */
  toWire(): WireError {
    const { message, delayMs } = this;
    if (this.counts) return { ...toWireError(new Error(message)), retryable: true };
    const throttled = new ThrottledError({ what: message, retryAfterMs: delayMs });
    return { ...toWireError(throttled), message };
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

/** Reason of the abort when the grace period of a stopping worker ends. The action returns to its queue. */
export class WorkerStopping extends Error {
  override readonly name = 'WorkerStopping';

  constructor() {
    super('The worker is stopping and its grace is over; the action goes back to its queue');
  }
}
