import { NoobleError, type ErrorKind } from './nooble-error.ts';

/** Two uses of a name in the journal of an action contradict each other. */
export class JournalConflictError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'JOURNAL_CONFLICT',
    httpStatus: 409,
    retryable: false,
    summary: 'A name in the journal of an action stands for two different things.',
    remedy:
      'Use each name once in a handler, and a new name when a deploy changes what a step does or calls.',
  };
  constructor({ actionId, name, reason }: { actionId: string; name: string; reason: string }) {
    super({
      kind: JournalConflictError.kind,
      message: `Cannot use name "${name}" in the journal of action "${actionId}": ${reason}`,
      details: { actionId, name, reason },
    });
  }
}
