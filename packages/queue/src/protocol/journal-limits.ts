import { PayloadTooLargeError } from '@nooble/errors';

/** Maximum number of names in the journal of an action, and maximum size of their entries (`lua/rules/journal.lua`). */
export const JOURNAL_LIMITS = { names: 1_000, bytes: 1024 * 1024 } as const;

/** Returns the error of a journal that would have these names or bytes, or cannot take these bytes. */
export function journalFull(
  actionId: string,
  size: { readonly names: number } | { readonly bytes: number } | { readonly addedBytes: number },
): PayloadTooLargeError {
  const what = `the journal of action "${actionId}"`;
  const attempted = `write to ${what}`;
  const { names: limitNames, bytes: limitBytes } = JOURNAL_LIMITS;
  const limit = 'names' in size ? { ...size, limitNames } : { ...size, limitBytes };
  return new PayloadTooLargeError({ what, attempted, ...limit });
}
