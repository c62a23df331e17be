import { NoobleError, type ErrorKind } from './nooble-error.ts';
import { redactUrl } from './redact-url.ts';

interface PostgresFacts {
  /** Verb phrase, as in `read the tenant "acme"`. */
  readonly attempted: string;
  /** Its password is redacted. */
  readonly url?: string;
  readonly reason: string;
  readonly cause?: unknown;
}

/** PostgreSQL cannot be reached, or currently refuses the statement. */
export class PostgresUnavailableError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'POSTGRES_UNAVAILABLE',
    httpStatus: 503,
    retryable: true,
    summary:
      'PostgreSQL cannot be reached, does not reply in time, is read-only, or has no room for data or connections.',
    remedy: 'Check the server, its disk and its URL, then retry.',
  };
  constructor({ attempted, url, reason, cause }: PostgresFacts) {
    super({
      kind: PostgresUnavailableError.kind,
      message: `Cannot ${attempted}: ${placeOf(url)} is unavailable: ${reason}`,
      details: { attempted },
      cause,
    });
  }
}

/** The database lacks the tables, roles or permissions that Nooble needs. */
export class PostgresSetupError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'POSTGRES_SETUP',
    httpStatus: 500,
    retryable: false,
    summary: 'The database lacks the tables, roles or permissions that Nooble needs.',
    remedy:
      'Run `npx nooble-persistence migrate --url …`, and grant the role given in the message to the user of the URL.',
  };
  constructor({ attempted, url, reason, cause }: PostgresFacts) {
    super({
      kind: PostgresSetupError.kind,
      message: `Cannot ${attempted}: ${placeOf(url)} is not set up for it: ${reason}`,
      details: { attempted },
      cause,
    });
  }
}

/** A transaction was not committed, or is over. */
export class TransactionError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'TRANSACTION_FAILED',
    httpStatus: 500,
    retryable: false,
    summary:
      'A transaction was not committed because the error of a statement was caught, or it was used after its end.',
    remedy: 'Let errors of statements reject the work, and await every statement within it.',
  };
  constructor({ attempted, reason }: { readonly attempted: string; readonly reason: string }) {
    super({
      kind: TransactionError.kind,
      message: `Cannot ${attempted}: ${reason}`,
      details: { attempted, reason },
    });
  }
}

function placeOf(url: string | undefined): string {
  return url === undefined ? 'PostgreSQL' : `PostgreSQL at "${redactUrl(url)}"`;
}
