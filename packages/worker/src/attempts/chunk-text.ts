import { PayloadTooLargeError, ValidationError } from '@nooble/errors';
import { STREAM_LIMITS } from '@nooble/queue';

/** A chunk of one action, and the function that validates it. */
export interface GivenChunk {
  readonly actionId: string;
  readonly chunk: unknown;
  /** Throws ValidationError. */
  readonly parse: (chunk: unknown) => unknown;
}

/** Returns the JSON of a chunk. Throws ValidationError for an invalid one, PayloadTooLargeError for a large one. */
export function chunkText({ actionId, chunk, parse }: GivenChunk): string {
  const what = `chunk of action "${actionId}"`;
  const text = jsonOf(parse(chunk), what);
  const { chunkBytes: limitBytes } = STREAM_LIMITS;
  // A UTF-16 unit is at most three bytes.
  if (text.length * 3 <= limitBytes) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes > limitBytes) throw new PayloadTooLargeError({ what, bytes, limitBytes });
  return text;
}

function jsonOf(value: unknown, what: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // The message of the error may quote the value.
  }
  if (text !== undefined) return text;
  throw new ValidationError({ what, issues: [{ path: '', message: 'JSON cannot represent it' }] });
}
