import { NoobleError, type ErrorKind } from '@nooble/errors';

/** A model endpoint refuses a request permanently: a wrong key, an unknown model, an invalid text. */
export class ModelRefusedError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'MODEL_REFUSED',
    httpStatus: 502,
    retryable: false,
    summary: 'A model endpoint refuses a request permanently.',
    remedy: 'Check the key, the model and the texts.',
  };

  constructor({ reason, status, cause }: { reason: string; status: number; cause?: unknown }) {
    super({
      kind: ModelRefusedError.kind,
      message: `The model endpoint refuses the request: ${reason}`,
      details: { status },
      cause,
    });
  }
}
