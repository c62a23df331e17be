import {
  isNoobleError,
  quoted,
  truncate,
  ValidationError,
  type ValidationIssue,
} from '@nooble/errors';
import { z } from 'zod';

/** Maximum number of issues in an error, so that invalid lists do not fill logs and dead letters. */
const MAX_ISSUES = 20;
const MAX_TEXT = 200;

/** A zod schema of a value. */
export type ValueSchema<Value> = z.ZodType<Value>;

/**
 * Returns the parsed value. Throws ValidationError with up to 20 invalid fields, or if the schema throws or is
 * asynchronous.
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = run(schema, value, what);
  if (parsed.issues.length === 0) return parsed.value as z.output<Schema>;
  throw new ValidationError({ what, issues: parsed.issues });
}

/** Converts zod issues, with dotted paths. */
export function issuesOf({ issues }: Pick<z.ZodError, 'issues'>): ValidationIssue[] {
  const first = issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: truncate(path.map(segmentOf).join('.'), MAX_TEXT),
    message: typeof message === 'string' ? truncate(message, MAX_TEXT) : 'it is invalid',
  }));
  const more = issues.length - first.length;
  return more > 0 ? [...first, { path: '', message: `and ${more} more` }] : first;
}

interface Parsed {
  readonly value: unknown;
  readonly issues: readonly ValidationIssue[];
}

/**
 * Replaces `safeParse`, which drops the promise of an asynchronous schema; its unhandled rejection would end the process.
 */
function run(schema: z.ZodType, value: unknown, what: string): Parsed {
  const context: z.core.ParseContextInternal = { async: true };
  try {
    const payload = schema._zod.run({ value, issues: [] }, context);
    if (payload instanceof Promise) {
      payload.catch(() => undefined);
      return { value, issues: [issue('its schema is asynchronous; use a synchronous schema')] };
    }
    const config = z.core.config();
    const issues = payload.issues.map((each) => z.core.util.finalizeIssue(each, context, config));
    return { value: payload.value, issues: issuesOf({ issues }) };
  } catch (cause) {
    if (isNoobleError(cause) && cause.code === ValidationError.kind.code) throw cause;
    const issues = [issue(`its schema threw ${nameOf(cause)} instead of reporting an issue`)];
    throw new ValidationError({ what, issues, cause: withoutMessage(cause) });
  }
}

function issue(message: string): ValidationIssue {
  return { path: '', message };
}

function segmentOf(segment: unknown): string {
  if (typeof segment === 'string' || typeof segment === 'number') return String(segment);
  return typeof segment === 'symbol' ? segment.toString() : quoted(segment);
}

/** Keeps only name and stack frames: the message may quote the value, as that of JSON.parse does. */
function withoutMessage(thrown: unknown): Error {
  const error = new Error(nameOf(thrown));
  const stack = thrown instanceof Error ? String(thrown.stack) : '';
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  return Object.assign(error, { stack: [error.message, ...frames].join('\n') });
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error && /^\w{1,64}$/.test(thrown.name) ? thrown.name : 'a value';
}
