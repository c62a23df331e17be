import { ERROR_CLASSES } from './error-classes.ts';
import { isNoobleError, UnknownWireError, type NoobleError } from './nooble-error.ts';
import { quoted, truncate } from './text.ts';
import { isObject, plainDetails } from './plain-details.ts';
import type { WireError } from './wire-error.ts';

/** Maximum length of a message, so that a dump thrown by a handler does not fill Redis. */
const MAX_MESSAGE = 4096;

/**
 * Converts an error to its wire form. An error other than a NoobleError becomes `INTERNAL`, retryable, and keeps its
 * message for operators. Accepts any thrown value and never throws.
 */
export function toWireError(error: unknown): WireError {
  try {
    return isNoobleError(error) ? wireOf(error) : internal(messageOf(error));
  } catch {
    // The value has a throwing getter, is a Proxy, or has no string form.
    return internal('The thrown value cannot be read');
  }
}

/** Returns true if an untrusted value is a wire error; checks every field. */
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
 * Converts a wire error to an instance of its class, or of UnknownWireError if the code is unknown. A malformed value
 * becomes `INTERNAL`. Never throws.
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
    resumeAfter: undefined,
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

/** The message of an error may be missing, or not a string. */
function messageOf(error: unknown): string {
  return truncate(String(error instanceof Error ? error.message : error), MAX_MESSAGE);
}
