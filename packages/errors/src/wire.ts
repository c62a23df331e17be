import { ERROR_CLASSES } from './error-classes.ts';
import { isNoobleError, UnknownWireError, type NoobleError } from './nooble-error.ts';
import type { WireError } from './wire-error.ts';

/** Longer messages would fill Redis with what is, at worst, a handler's dump. */
const MAX_MESSAGE = 4096;
const MAX_DETAILS = 16_384;

/**
 * An error for the wire. Any error that is not ours becomes `INTERNAL`, retryable, with its message
 * kept for operators. Takes whatever may be thrown and never throws itself.
 */
export function toWireError(error: unknown): WireError {
  try {
    return isNoobleError(error) ? wireOf(error) : internal(messageOf(error));
  } catch {
    // A getter, a Proxy or a value without a string form: all of them can be thrown.
    return internal('What was thrown cannot be read');
  }
}

/** The error a wire error stands for, of its class where the code is known. */
export function fromWireError(wire: WireError): NoobleError {
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
  return String(error instanceof Error ? error.message : error).slice(0, MAX_MESSAGE);
}

function plainDetails(
  details: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  try {
    const text = JSON.stringify(details);
    if (text.length > MAX_DETAILS || text === '{}') return undefined;
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
