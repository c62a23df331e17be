import {
  isNoobleError,
  quoted,
  truncate,
  ValidationError,
  type ValidationIssue,
} from '@nooble/errors';
import { z } from 'zod';

/** A list of thousands would fill logs and dead letters, and says no more than its beginning. */
const MAX_ISSUES = 20;
const MAX_TEXT = 200;

/**
 * The parsed value. Throws ValidationError naming every field that does not fit, up to 20, and for a schema that
 * throws or is asynchronous: neither says that the value fits.
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

/** What zod found wrong, by dotted path. */
export function issuesOf({ issues }: Pick<z.ZodError, 'issues'>): ValidationIssue[] {
  const first = issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: truncate(path.map(segmentOf).join('.'), MAX_TEXT),
    message: typeof message === 'string' ? truncate(message, MAX_TEXT) : 'it does not fit',
  }));
  const more = issues.length - first.length;
  return more > 0 ? [...first, { path: '', message: `and ${more} more` }] : first;
}

interface Parsed {
  readonly value: unknown;
  readonly issues: readonly ValidationIssue[];
}

/**
 * As `safeParse` does, which drops the promise of an asynchronous schema: once that rejects, nobody has caught it
 * and it ends the process.
 */
function run(schema: z.ZodType, value: unknown, what: string): Parsed {
  const context: z.core.ParseContextInternal = { async: true };
  try {
    const payload = schema._zod.run({ value, issues: [] }, context);
    if (payload instanceof Promise) {
      payload.catch(() => undefined);
      return { value, issues: [issue('its schema is asynchronous, and must be synchronous')] };
    }
    const config = z.core.config();
    const issues = payload.issues.map((each) => z.core.util.finalizeIssue(each, context, config));
    return { value: payload.value, issues: issuesOf({ issues }) };
  } catch (cause) {
    if (isNoobleError(cause) && cause.code === ValidationError.kind.code) throw cause;
    const issues = [issue(`its schema threw ${nameOf(cause)} in place of naming an issue`)];
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

/** Where it was thrown; its message may quote the value, as that of JSON.parse does. */
function withoutMessage(thrown: unknown): Error {
  const error = new Error(nameOf(thrown));
  const stack = thrown instanceof Error ? String(thrown.stack) : '';
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  return Object.assign(error, { stack: [error.message, ...frames].join('\n') });
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error && /^\w{1,64}$/.test(thrown.name) ? thrown.name : 'a value';
}
