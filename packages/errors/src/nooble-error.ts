import type { WireError } from './wire-error.ts';

/** Marks our errors across duplicate copies of this package, where `instanceof` fails. */
const BRAND = Symbol.for('nooble.error');

/** What every class of error states about itself; `docs/errors.md` is made from it. */
export interface ErrorKind {
  readonly code: string;
  readonly httpStatus: number;
  readonly retryable: boolean;
  /** What happened, in one line. */
  readonly summary: string;
  /** What to do about it, in one line. */
  readonly remedy: string;
}

/** The message and the facts behind it. */
export interface ErrorFacts {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Base of all errors a caller may want to tell apart, by `code` or by class. */
export class NoobleError extends Error {
  readonly code: string;
  readonly httpStatus: number;
  /** Whether the same attempt may succeed later. */
  readonly retryable: boolean;
  /** The facts as JSON, safe to show to the tenant concerned. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ kind, message, details = {}, cause }: ErrorFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = kind.code;
    this.httpStatus = kind.httpStatus;
    this.retryable = kind.retryable;
    this.details = Object.freeze({ ...details });
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether this is one of our errors, whichever copy of the package made it. */
export function isNoobleError(error: unknown): error is NoobleError {
  try {
    return typeof error === 'object' && error !== null && BRAND in error;
  } catch {
    // A Proxy can be thrown as well, and throws at the mere question what it is.
    return false;
  }
}

/** An error of a code this version does not know, sent by another one. */
export class UnknownWireError extends NoobleError {
  constructor(wire: WireError) {
    super({
      kind: {
        code: wire.code,
        httpStatus: wire.http_status,
        retryable: wire.retryable,
        summary: 'An error of a code this version does not know.',
        remedy: 'Read its message; update the package.',
      },
      message: wire.message,
      ...(wire.details && { details: wire.details }),
    });
  }
}
