import { isNoobleError } from './nooble-error.ts';
import { quoted, truncate } from './text.ts';
import { plainDetails } from './plain-details.ts';

const MAX_MESSAGE = 4096;
const MAX_STACK = 8192;
const MAX_NAME = 128;
/** Causes, causes of causes, and the errors of an AggregateError. */
const MAX_INNER = 8;

/** An error as fields of a log line. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  /** Of our own errors only, as `details` is. */
  readonly retryable?: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
}

/**
 * An error for a log line: its name, code, message, stack and causes, of bounded size and well-formed text. Clients of
 * databases and of HTTP attach requests with data and credentials to their errors; no other property is read. Takes
 * whatever may be thrown and never throws itself. Fits pino's `serializers.err`.
 */
export function toLogFields(error: unknown): LoggedError {
  return fieldsOf(error, { inner: MAX_INNER });
}

type Unchecked = Partial<
  Record<'name' | 'message' | 'stack' | 'cause' | 'code' | 'errors', unknown>
>;

/** How many more errors inside of this one are told. */
interface Allowance {
  inner: number;
}

function fieldsOf(error: unknown, allowance: Allowance): LoggedError {
  try {
    if (error instanceof Error) return fieldsOfError(error, allowance);
    const message = typeof error === 'string' ? truncate(error, MAX_MESSAGE) : quoted(error);
    return { type: typeof error, message };
  } catch {
    // A getter or a Proxy: both can be thrown.
    return { type: 'unknown', message: 'The thrown value cannot be read' };
  }
}

function fieldsOfError(error: Error, allowance: Allowance): LoggedError {
  // Nothing obliges what is thrown to have fields of the right types.
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
  const told = errors.slice(0, allowance.inner);
  allowance.inner -= told.length;
  return told.map((each) => fieldsOf(each, allowance));
}
