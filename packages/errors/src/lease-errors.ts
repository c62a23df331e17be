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

/** A handler used its context after it had returned: nothing that it does then belongs to its action. */
export class HandlerReturnedError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'HANDLER_RETURNED',
    httpStatus: 409,
    retryable: false,
    summary: 'A handler used its context after it had returned.',
    remedy: 'Await every `ctx.emit`, `step`, `call`, `waitFor` and `enqueue` before it returns.',
  };
  constructor({
    actionId,
    attempted,
    cause,
  }: { readonly actionId: string; readonly attempted: string } & Caused) {
    super({
      kind: HandlerReturnedError.kind,
      message: `Cannot ${attempted}: the handler of action "${actionId}" has returned; await it before returning`,
      details: { actionId, attempted },
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
