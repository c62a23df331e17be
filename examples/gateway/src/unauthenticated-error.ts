import { NoobleError, type ErrorKind } from '@nooble/errors';

/** A request has no valid API key. */
export class UnauthenticatedError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'UNAUTHENTICATED',
    httpStatus: 401,
    retryable: false,
    summary: 'A request has no valid API key.',
    remedy: 'Send `Authorization: Bearer <key>`.',
  };

  constructor() {
    super({
      kind: UnauthenticatedError.kind,
      message: 'The request has no valid API key: send "Authorization: Bearer <key>"',
      details: {},
    });
  }
}
