import { ValidationError } from '@nooble/errors';

/** Returns the JSON of a value. Throws ValidationError for one that JSON cannot represent: a function, a BigInt, a cycle. */
export function jsonText(value: unknown, what: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // The message of the error may quote the value.
  }
  if (text !== undefined) return text;
  throw new ValidationError({ what, issues: [{ path: '', message: 'JSON cannot represent it' }] });
}
