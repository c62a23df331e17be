import { NoobleError, type ErrorKind } from './nooble-error.ts';

interface StreamFacts {
  readonly actionId: string;
  readonly cause?: unknown;
}

/** The domain knows neither the action nor a stream of it. An action of another tenant is unknown as well. */
export class UnknownStreamError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'UNKNOWN_STREAM',
    httpStatus: 404,
    retryable: false,
    summary: 'A domain knows neither an action nor a stream of it.',
    remedy:
      'Check the domain, the id and the tenant; a stream is kept for 10 minutes after its end.',
  };
  constructor({ actionId, domain, cause }: StreamFacts & { domain: string }) {
    super({
      kind: UnknownStreamError.kind,
      message: `Cannot follow action "${actionId}": domain "${domain}" knows neither the action nor a stream of it`,
      details: { actionId, domain },
      cause,
    });
  }
}

/** The action started a further attempt, so that the chunks read so far are void. */
export class StreamRestartedError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'STREAM_RESTARTED',
    httpStatus: 409,
    retryable: true,
    summary: 'A streamed action started a further attempt: the chunks read so far are void.',
    remedy:
      "Read the stream with `onRestart: 'restart'` and discard earlier chunks, or send the action again.",
  };
  constructor({ actionId, cause }: StreamFacts) {
    super({
      kind: StreamRestartedError.kind,
      message: `The stream of action "${actionId}" began again with a further attempt`,
      details: { actionId },
      cause,
    });
  }
}

/** Chunks between the position of a reader and the oldest chunk that is kept are gone. */
export class StreamGapError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'STREAM_GAP',
    httpStatus: 410,
    retryable: false,
    summary: 'Chunks that a reader has not read are no longer kept.',
    remedy:
      'Read faster, or emit less; `client.follow` with `after: error.resumeAfter` skips the missing chunks.',
  };
  /** Position after which the stream can still be read. */
  readonly resumeAfter: string;
  /** `missing` is the number of chunks that are gone. */
  constructor({
    actionId,
    missing,
    resumeAfter,
    cause,
  }: StreamFacts & { missing: number; resumeAfter: string }) {
    super({
      kind: StreamGapError.kind,
      message: `Cannot read on in the stream of action "${actionId}": ${missing} chunks are no longer kept`,
      details: { actionId, missing, resumeAfter },
      cause,
    });
    this.resumeAfter = resumeAfter;
  }
}
