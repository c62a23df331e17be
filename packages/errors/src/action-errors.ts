import { NoobleError, type ErrorKind } from './nooble-error.ts';
import type { WireError } from './wire-error.ts';

interface Caused {
  readonly cause?: unknown;
}

/** A validation failure of one value. */
export interface ValidationIssue {
  /** Dotted path into the value, '' for the value itself. */
  readonly path: string;
  readonly message: string;
}

/** The data of an action, or the result of a handler, does not match its schema. */
export class ValidationError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'VALIDATION',
    httpStatus: 400,
    retryable: false,
    summary: 'Data or a result does not match the schema of its action.',
    remedy: 'Correct the fields listed in `details.issues`.',
  };
  constructor({
    what,
    issues,
    cause,
  }: { what: string; issues: readonly ValidationIssue[] } & Caused) {
    const list = issues
      .map(({ path, message }) => (path ? `${path}: ${message}` : message))
      .join('; ');
    super({
      kind: ValidationError.kind,
      message: `Invalid ${what}: ${list}`,
      details: { what, issues },
      cause,
    });
  }
}

/** An envelope, a name or an option is malformed. */
export class InvalidActionError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'INVALID_ACTION',
    httpStatus: 400,
    retryable: false,
    summary: 'An envelope, a name or an option is malformed.',
    remedy: 'Correct the field given in the message; nothing was stored.',
  };
  constructor({ reason, actionId, cause }: { reason: string; actionId?: string } & Caused) {
    const subject = actionId === undefined ? 'Invalid action' : `Invalid action "${actionId}"`;
    super({
      kind: InvalidActionError.kind,
      message: `${subject}: ${reason}`,
      details: { reason, actionId },
      cause,
    });
  }
}

/** No handler is registered for this type of action. */
export class UnknownActionError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'UNKNOWN_ACTION',
    httpStatus: 404,
    retryable: true,
    summary: 'No handler is registered for the type of the action.',
    remedy:
      'Register a handler, or finish the rolling deploy; the action waits for a handler for 5 minutes by default.',
  };
  constructor({ actionType, domain, cause }: { actionType: string; domain: string } & Caused) {
    super({
      kind: UnknownActionError.kind,
      message: `Cannot run action of type "${actionType}": domain "${domain}" has no handler for it`,
      details: { actionType, domain },
      cause,
    });
  }
}

/** The action was cancelled: it never started, or its handler was aborted. */
export class ActionCancelledError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'ACTION_CANCELLED',
    httpStatus: 499,
    retryable: false,
    summary: 'The action was cancelled, or its caller gave up.',
    remedy: 'Send it again if it is still wanted.',
  };
  constructor({ actionId, cause }: { actionId: string } & Caused) {
    super({
      kind: ActionCancelledError.kind,
      message: `Action "${actionId}" was cancelled`,
      details: { actionId },
      cause,
    });
  }
}

/** A resource that a handler uses is at its limit: the action is delayed by `retryAfterMs`, the attempt is not counted. */
export class ThrottledError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'THROTTLED',
    httpStatus: 429,
    retryable: true,
    summary: 'A resource that a handler uses is at its limit.',
    remedy:
      'None needed: the action is retried and the attempt is not counted. Raise the limit if this persists.',
  };
  readonly retryAfterMs: number | undefined;
  /** `what` names the resource, for example `The model endpoint`. Without `retryAfterMs` the worker chooses the delay. */
  constructor({ what, retryAfterMs, cause }: { what: string; retryAfterMs?: number } & Caused) {
    const until =
      retryAfterMs === undefined ? '' : `, retry in ${Math.ceil(retryAfterMs / 1000)} s`;
    super({
      kind: ThrottledError.kind,
      message: `${what} is at its limit${until}`,
      details: { what, retryAfterMs },
      cause,
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/** A remote action ended with an error; `cause` is that error. */
export class ActionFailedError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'ACTION_FAILED',
    httpStatus: 502,
    retryable: false,
    summary: 'A remote action ended with an error.',
    remedy: 'Read `cause` and `details.error`, the error of the remote handler.',
  };
  constructor({
    actionId,
    actionType,
    error,
    cause,
  }: { actionId?: string; actionType: string; error: WireError } & Caused) {
    super({
      kind: ActionFailedError.kind,
      message: `Action of type "${actionType}" failed: ${error.message}`,
      details: { actionId, actionType, error },
      cause,
    });
  }
}

/** The handler did not finish within its timeout. */
export class ActionTimeoutError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'ACTION_TIMEOUT',
    httpStatus: 504,
    retryable: true,
    summary: 'A handler or an awaited result exceeded its time limit.',
    remedy: 'Make the handler faster, or raise `timeout_ms` or the timeout of the tier.',
  };
  /** `awaited` names what did not come, if it is not the action itself. */
  constructor({
    actionId,
    timeoutMs,
    awaited,
    cause,
  }: { actionId: string; timeoutMs: number; awaited?: string } & Caused) {
    const what =
      awaited === undefined
        ? `Action "${actionId}" did not finish`
        : `"${awaited}" did not come to action "${actionId}"`;
    super({
      kind: ActionTimeoutError.kind,
      message: `${what} within ${timeoutMs} ms`,
      details: { actionId, timeoutMs, ...(awaited !== undefined && { awaited }) },
      cause,
    });
  }
}

/** The reply to an awaited action arrived but could not be read, so the caller does not know the outcome. */
export class ReplyLostError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'REPLY_LOST',
    httpStatus: 504,
    retryable: false,
    summary: 'The reply to an awaited action was lost in transit.',
    remedy:
      'The action has ended: `get` returns its outcome if it was enqueued with `retainMs`; resend it if it may run twice.',
  };
  constructor({
    actionId,
    domain,
    reason,
    cause,
  }: { actionId: string; domain?: string; reason: string } & Caused) {
    super({
      kind: ReplyLostError.kind,
      message: `The reply to action "${actionId}" was lost: ${reason}`,
      details: { actionId, domain, reason },
      cause,
    });
  }
}

/** The `expires_at` of the action passed: it never started, or its handler was aborted. */
export class DeadlineExceededError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'DEADLINE_EXCEEDED',
    httpStatus: 504,
    retryable: false,
    summary: 'The action expired before it started, or before it was done.',
    remedy: 'Send it again with a later `expires_at`, or add workers.',
  };
  constructor(given: { actionId: string; expiresAt: string; hasStarted?: boolean } & Caused) {
    const { actionId, expiresAt, hasStarted = false, cause } = given;
    const what = hasStarted ? 'was done' : 'started';
    super({
      kind: DeadlineExceededError.kind,
      message: `Action "${actionId}" expired at ${expiresAt} before it ${what}`,
      details: { actionId, expiresAt },
      cause,
    });
  }
}
