import { NoobleError, type ErrorKind } from './nooble-error.ts';

/** Delay that is suggested to a refused caller (ms): time for a recorder to store some thousand endings. */
const RETRY_AFTER_MS = 5_000;

/** The domain keeps its history, and its recorders are behind by as much as it allows. */
export class HistoryBehindError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'HISTORY_BEHIND',
    httpStatus: 503,
    retryable: true,
    summary: 'Too many endings of the domain wait to be recorded.',
    remedy:
      'Check that a recorder runs and reaches its database, then retry. `whenBehind: "drop"` admits and loses history instead.',
  };
  readonly retryAfterMs: number;
  constructor({ domain, cause }: { domain: string; readonly cause?: unknown }) {
    super({
      kind: HistoryBehindError.kind,
      message: `Cannot enqueue into domain "${domain}": too many of its endings wait to be recorded, retry in ${RETRY_AFTER_MS / 1000} s`,
      details: { domain, retryAfterMs: RETRY_AFTER_MS },
      cause,
    });
    this.retryAfterMs = RETRY_AFTER_MS;
  }
}
