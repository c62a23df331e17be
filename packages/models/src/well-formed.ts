import type { z } from 'zod';

/** Refuses lone surrogates, which UTF-8 cannot represent. */
export function wellFormed(text: z.ZodString): z.ZodString {
  return text.refine((value) => value.isWellFormed(), 'expected well-formed Unicode text');
}
