import { PayloadTooLargeError } from '@nooble/errors';
import { STREAM_LIMITS } from '@nooble/queue';
import { jsonText } from '../journal/json-text.ts';

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
  const text = jsonText(parse(chunk), what);
  const { chunkBytes: limitBytes } = STREAM_LIMITS;
  // A UTF-16 unit is at most three bytes.
  if (text.length * 3 <= limitBytes) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes > limitBytes) throw new PayloadTooLargeError({ what, bytes, limitBytes });
  return text;
}
