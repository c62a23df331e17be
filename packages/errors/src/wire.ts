import { ERROR_CLASSES } from './error-classes.ts';
import { isNoobleError, UnknownWireError, type NoobleError } from './nooble-error.ts';
import { quoted, truncate } from './text.ts';
import { isObject, plainDetails } from './plain-details.ts';
import type { WireError } from './wire-error.ts';

/** Longer messages would fill Redis with what is, at worst, a handler's dump. */
const MAX_MESSAGE = 4096;

/**
 * An error for the wire. Any error that is not ours becomes `INTERNAL`, retryable, with its message
 * kept for operators. Takes whatever may be thrown and never throws itself.
 */
export function toWireError(error: unknown): WireError {
  try {
    return isNoobleError(error) ? wireOf(error) : internal(messageOf(error));
  } catch {
    // A getter, a Proxy or a value without a string form: all of them can be thrown.
    return internal('The thrown value cannot be read');
  }
}

/** Whether a value from outside is a wire error, field by field. */
export function isWireError(value: unknown): value is WireError {
  if (!isObject(value)) return false;
  const { code, message, retryable, http_status: status, details } = value;
  return (
    typeof code === 'string' &&
    typeof message === 'string' &&
    typeof retryable === 'boolean' &&
    Number.isInteger(status) &&
    (details === undefined || isObject(details))
  );
}

/**
 * The error a wire error stands for, of its class where the code is known. What is none, because another service
 * wrote it, becomes `INTERNAL`; never throws.
 */
export function fromWireError(given: WireError): NoobleError {
  const wire = isWireError(given)
    ? given
    : internal(`An error that cannot be read: ${quoted(given)}`);
  const known = ERROR_CLASSES.find((each) => each.kind.code === wire.code);
  const error = new UnknownWireError(wire);
  if (!known) return error;
  Object.setPrototypeOf(error, known.prototype);
  const facts = {
    limit: undefined,
    window: undefined,
    retryAfterMs: undefined,
    resetAt: undefined,
    problems: undefined,
  };
  for (const name of Object.keys(facts)) {
    if (wire.details && name in wire.details)
      Object.defineProperty(error, name, { value: wire.details[name], enumerable: true });
  }
  error.name = known.name;
  return error;
}

function wireOf(error: NoobleError): WireError {
  const details = plainDetails(error.details);
  return {
    code: error.code,
    message: messageOf(error),
    retryable: error.retryable,
    http_status: error.httpStatus,
    ...(details && { details }),
  };
}

function internal(message: string): WireError {
  return { code: 'INTERNAL', message, retryable: true, http_status: 500 };
}

/** Nothing obliges an error to have a message, or one that is text. */
function messageOf(error: unknown): string {
  return truncate(String(error instanceof Error ? error.message : error), MAX_MESSAGE);
}
