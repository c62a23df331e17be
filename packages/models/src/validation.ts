import { ValidationError, type ValidationIssue } from '@nooble/errors';
import type { z } from 'zod';

/** The parsed value. Throws ValidationError naming every field that does not fit. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ValidationError({ what, issues: issuesOf(parsed.error) });
}

/** What zod found wrong, by dotted path. */
export function issuesOf(error: z.ZodError): ValidationIssue[] {
  return error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
}
