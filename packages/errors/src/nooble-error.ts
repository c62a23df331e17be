import type { WireError } from './wire-error.ts';

/** Identifies Nooble errors across duplicate copies of this package, where `instanceof` fails. */
const BRAND = Symbol.for('nooble.error');

/** Description of an error class. `docs/errors.md` is generated from it. */
export interface ErrorKind {
  readonly code: string;
  readonly httpStatus: number;
  readonly retryable: boolean;
  /** One line: what happened. */
  readonly summary: string;
  /** One line: what to do about it. */
  readonly remedy: string;
}

/** Constructor options of a NoobleError. */
export interface ErrorFacts {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Base class of all Nooble errors. Distinguish them by `code` or by class. */
export class NoobleError extends Error {
  /** Distinguishes the kinds of errors, as in `RATE_LIMIT`. */
  readonly code: string;
  /** Status of the problem document that a service returns for it. */
  readonly httpStatus: number;
  /** True if the same call may succeed later. */
  readonly retryable: boolean;
  /** Facts behind the message as JSON, safe to show to the tenant concerned. */
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

/** Returns true for a NoobleError, even if another copy of this package created it. */
export function isNoobleError(error: unknown): error is NoobleError {
  try {
    return typeof error === 'object' && error !== null && BRAND in error;
  } catch {
    // `in` on a thrown Proxy can itself throw.
    return false;
  }
}

/** An error from another version of Nooble, with a code that this version does not know. */
export class UnknownWireError extends NoobleError {
  constructor(wire: WireError) {
    super({
      kind: {
        code: wire.code,
        httpStatus: wire.http_status,
        retryable: wire.retryable,
        summary: 'An error with a code that this version does not know.',
        remedy: 'Read its message; update the package.',
      },
      message: wire.message,
      ...(wire.details && { details: wire.details }),
    });
  }
}
