import { isNoobleError, MAX_DURATION_MS, ThrottledError } from '@nooble/errors';

/** Statuses with which `Retry-After` means that a limit was reached (RFC 9110, 10.2.3; RFC 6585, 4). */
const THROTTLING_STATUSES: readonly unknown[] = [429, 503];

/** The only form of an HTTP date that may be sent (RFC 9110, 5.6.7). `Date.parse` alone accepts nearly any text. */
const HTTP_DATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** A reached limit, as described by an error. */
export interface Throttling {
  /** Time to wait (ms); absent if the error gives no usable time. */
  readonly retryAfterMs?: number;
}

/**
 * Returns undefined for an error that describes no limit. These describe one: a ThrottledError, any error with a number
 * `retryAfterMs`, such as RateLimitError, and an error with status 429 or 503 and a `retry-after` or `retry-after-ms`
 * header, on itself or on its `response`, such as those of HTTP clients. Throws what a getter of the error throws. `nowMs`
 * is the wall clock to compare a date with (Unix ms). @default now
 */
export function throttlingOf(error: unknown, nowMs = Date.now()): Throttling | undefined {
  if (!isObject(error)) return undefined;
  if (typeof error['retryAfterMs'] === 'number') return waiting(error['retryAfterMs']);
  if (isNoobleError(error) && error.code === ThrottledError.kind.code) return {};
  return throttlingOfHttp(error, nowMs) ?? throttlingOfHttp(error['response'], nowMs);
}

function throttlingOfHttp(subject: unknown, nowMs: number): Throttling | undefined {
  if (!isObject(subject)) return undefined;
  const status = subject['status'] ?? subject['statusCode'];
  if (!THROTTLING_STATUSES.includes(status)) return undefined;
  const [inMs, after] = ['retry-after-ms', 'retry-after'].map((name) =>
    headerOf(subject['headers'], name),
  );
  if (inMs === undefined && after === undefined) return undefined;
  const told = waiting(numberIn(inMs));
  return told.retryAfterMs === undefined ? waiting(afterMs(after, nowMs)) : told;
}

/** Reads a header from a `Headers`, or from a plain object as used by Node and axios. */
function headerOf(headers: unknown, name: string): string | undefined {
  if (!isObject(headers)) return undefined;
  const get = headers['get'];
  const plain = Object.keys(headers).find((each) => each.toLowerCase() === name);
  const value: unknown =
    typeof get === 'function' ? get.call(headers, name) : plain && headers[plain];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' || typeof first === 'number' ? String(first).trim() : undefined;
}

/** Parses seconds, or an HTTP date by the wall clock of this process. */
function afterMs(text = '', nowMs: number): number {
  return HTTP_DATE.test(text) ? Date.parse(text) - nowMs : numberIn(text) * 1_000;
}

function numberIn(text = ''): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** A time that has passed, or exceeds the maximum, only shows that there is a limit. */
function waiting(ms: number): Throttling {
  return ms > 0 && ms <= MAX_DURATION_MS ? { retryAfterMs: Math.ceil(ms) } : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
