import { isNoobleError } from './nooble-error.ts';
import { quoted, truncate } from './text.ts';
import { plainDetails } from './plain-details.ts';

const MAX_MESSAGE = 4096;
const MAX_STACK = 8192;
const MAX_NAME = 128;
/** Maximum number of causes (at any depth) and errors of an AggregateError that are logged. */
const MAX_INNER = 8;

/** An error as fields of a log line. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  /** Only for a `NoobleError`, like `details`. */
  readonly retryable?: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
}

/**
 * Converts an error for a log line: its name, code, message, stack and causes, with bounded size and well-formed text.
 * No other property is read, because clients of databases and HTTP attach requests with data and credentials to their
 * errors. Accepts any thrown value and never throws. Use it as pino's `serializers.err`.
 */
export function toLogFields(error: unknown): LoggedError {
  return fieldsOf(error, { inner: MAX_INNER });
}

type Unchecked = Partial<
  Record<'name' | 'message' | 'stack' | 'cause' | 'code' | 'errors', unknown>
>;

/** Number of inner errors that may still be logged. */
interface Allowance {
  inner: number;
}

function fieldsOf(error: unknown, allowance: Allowance): LoggedError {
  try {
    if (error instanceof Error) return fieldsOfError(error, allowance);
    const message = typeof error === 'string' ? truncate(error, MAX_MESSAGE) : quoted(error);
    return { type: typeof error, message };
  } catch {
    // The value has a throwing getter, or is a Proxy.
    return { type: 'unknown', message: 'The thrown value cannot be read' };
  }
}

function fieldsOfError(error: Error, allowance: Allowance): LoggedError {
  // The fields of a thrown value may have any type.
  const { name, message, stack, cause, code, errors } = error as Unchecked;
  const details = isNoobleError(error) ? plainDetails(error.details) : undefined;
  const causes = cause === undefined ? [] : innerFields([cause], allowance);
  const several = Array.isArray(errors) ? innerFields(errors, allowance) : [];
  return {
    type: truncate(String(name), MAX_NAME),
    message: truncate(String(message), MAX_MESSAGE),
    ...(typeof stack === 'string' && { stack: truncate(stack, MAX_STACK) }),
    ...(typeof code === 'string' && { code: truncate(code, MAX_NAME) }),
    ...(typeof code === 'number' && { code }),
    ...(isNoobleError(error) && { retryable: error.retryable }),
    ...(details && { details }),
    ...(causes[0] && { cause: causes[0] }),
    ...(several.length > 0 && { errors: several }),
  };
}

function innerFields(errors: readonly unknown[], allowance: Allowance): LoggedError[] {
  const logged = errors.slice(0, allowance.inner);
  allowance.inner -= logged.length;
  return logged.map((each) => fieldsOf(each, allowance));
}
