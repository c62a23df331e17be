import { NoobleError, type ErrorKind } from './nooble-error.ts';

interface Caused {
  readonly cause?: unknown;
}

/** The lease of an action ended and another worker may own it. */
export class LeaseLostError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'LEASE_LOST',
    httpStatus: 409,
    retryable: false,
    summary: 'The lease of an action ended before its attempt did.',
    remedy: 'Do not block the event loop; stop the work when `ctx.signal` fires.',
  };
  constructor({ actionId, cause }: { actionId: string } & Caused) {
    super({
      kind: LeaseLostError.kind,
      message: `Cannot settle action "${actionId}": its lease was lost`,
      details: { actionId },
      cause,
    });
  }
}

/** Too many workers died or lost their lease while running the action. */
export class StalledError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'STALLED',
    httpStatus: 500,
    retryable: false,
    summary: 'Too many workers died or lost their lease while running the action.',
    remedy:
      'Find out why the workers stop (memory, a blocked event loop), then redrive the action.',
  };
  constructor({ actionId, stalls, cause }: { actionId: string; stalls: number } & Caused) {
    super({
      kind: StalledError.kind,
      message: `Action "${actionId}" was abandoned after ${stalls} workers lost its lease`,
      details: { actionId, stalls },
      cause,
    });
  }
}
