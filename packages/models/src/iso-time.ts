import { InvalidActionError, quoted } from '@nooble/errors';
import { z } from 'zod';

let last = { ms: 0, text: '' };

/** The last millisecond of the year 9999: later times have no ISO 8601 form with a four-digit year. */
const LATEST_MS = 253_402_300_799_999;
const TIME_FORM =
  'a valid Date, or ISO 8601 text with a time zone such as "2026-11-27T09:30:00Z", from 1970 to 9999';
/** `Date.parse` alone accepts almost any text with a number in it, and 30 February. */
const ISO_TIME = z.union([
  z.iso.datetime({ offset: true }),
  z.iso.datetime({ offset: true, precision: -1 }), // without seconds
]);

/** Returns the current time as ISO 8601 UTC; formatted once per millisecond. */
export function isoNow(): string {
  const ms = Date.now();
  if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() };
  return last.text;
}

/**
 * Converts untrusted input to Unix time (ms). Accepts a valid `Date`, or ISO 8601 text with a time zone (`Z` or `±hh:mm`),
 * from 1970 to 9999. Otherwise throws InvalidActionError with the name of the field.
 */
export function timeOf(field: string, given: unknown): number {
  const ms = msOf(given);
  if (ms >= 0 && ms <= LATEST_MS) return ms;
  const wrong = Number.isNaN(ms) ? 'is not a time' : 'is out of range';
  throw new InvalidActionError({
    reason: `${field} ${quoted(given)} ${wrong}: expected ${TIME_FORM}`,
  });
}

/** Like `timeOf`, but returns ISO 8601 UTC. */
export function isoTime(field: string, given: unknown): string {
  return new Date(timeOf(field, given)).toISOString();
}

/** Formats a stored time (Unix ms) as ISO 8601 UTC. Never throws: clamps times that are out of range. */
export function isoOf(ms: number): string {
  return new Date(Math.min(Math.max(0, ms || 0), LATEST_MS)).toISOString();
}

function msOf(given: unknown): number {
  try {
    if (given instanceof Date) return Date.prototype.getTime.call(given);
  } catch {
    // The value is a Proxy, or an object that only inherits from Date.
    return Number.NaN;
  }
  const isTime = typeof given === 'string' && ISO_TIME.safeParse(given).success;
  return isTime ? Date.parse(given) : Number.NaN;
}
