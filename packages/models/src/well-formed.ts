import type { z } from 'zod';

/** Text without lone surrogates, which UTF-8 cannot tell apart. */
export function wellFormed(text: z.ZodString): z.ZodString {
  return text.refine((value) => value.isWellFormed(), 'expected well-formed Unicode text');
}
