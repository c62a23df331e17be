import { InvalidActionError, quoted } from '@nooble/errors';

/** Place of a chunk in the stream of its action. */
export interface Position {
  /** Token of the lease under which the chunk was emitted: a later attempt has a greater one. */
  readonly attempt: number;
  /** Number of the chunk in its attempt, counted from 1; 0 before the first. */
  readonly sequence: number;
}

/** The place before all chunks. */
export const START: Position = Object.freeze({ attempt: 0, sequence: 0 });

/** Returns `<attempt>-<sequence>`, usable as the id of a server-sent event. */
export function formatPosition({ attempt, sequence }: Position): string {
  return `${attempt}-${sequence}`;
}

/** Parses `<attempt>-<sequence>`. Throws InvalidActionError: the text may come from a browser. */
export function parsePosition(text: unknown): Position {
  const [, attempt, sequence] =
    /^(\d{1,16})-(\d{1,16})$/.exec(typeof text === 'string' ? text : '') ?? [];
  const position = { attempt: Number(attempt), sequence: Number(sequence) };
  if (Number.isSafeInteger(position.attempt) && Number.isSafeInteger(position.sequence))
    return position;
  throw new InvalidActionError({
    reason: `${quoted(text)} is not a position in a stream: expected "<attempt>-<sequence>"`,
  });
}
