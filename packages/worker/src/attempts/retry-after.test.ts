import { RateLimitError, ThrottledError } from '@nooble/errors';
import { describe, expect, it } from 'vitest';
import { throttlingOf } from './retry-after.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const limit = { tenantId: 'acme', domain: 'x', limit: 1, window: 'minute', resetAt: '' } as const;

const http = (status: unknown, headers: unknown) =>
  Object.assign(new Error('too many requests'), { status, headers });

describe('what an error says of a limit', () => {
  it.each<[string, unknown, number]>([
    ['a limit of ours', new RateLimitError({ ...limit, retryAfterMs: 1_500 }), 1_500],
    ['a ThrottledError', new ThrottledError({ what: 'The model', retryAfterMs: 20 }), 20],
    ['any error with retryAfterMs', Object.assign(new Error('no'), { retryAfterMs: 7.5 }), 8],
    ['an object that is no error', { retryAfterMs: 9 }, 9],
    ['seconds in Headers', http(429, new Headers({ 'Retry-After': '10' })), 10_000],
    ['seconds in a plain object', http(503, { 'retry-after': '10' }), 10_000],
    ['a header in capitals', http(429, { 'Retry-After': '0.5' }), 500],
    ['a number', http(429, { 'retry-after': 3 }), 3_000],
    ['a list of values, as Node has', http(429, { 'retry-after': ['4', '9'] }), 4_000],
    ['ms before seconds', http(429, { 'retry-after-ms': '250', 'retry-after': '1' }), 250],
    [
      'seconds if the ms are invalid',
      http(429, { 'retry-after-ms': 'x', 'retry-after': '1' }),
      1e3,
    ],
    ['an HTTP date', http(429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }), 30_000],
    [
      'the response of a client',
      { response: { status: 429, headers: new Headers({ 'retry-after': '2' }) } },
      2_000,
    ],
    ['a statusCode', { statusCode: 503, headers: { 'retry-after': '2' } }, 2_000],
  ])('is the time in %s', (_what, error, retryAfterMs) => {
    expect(throttlingOf(error, NOW_MS)).toEqual({ retryAfterMs });
  });

  it.each<[string, unknown]>([
    ['a date that is over', 'Wed, 31 Dec 2025 23:59:59 GMT'],
    ['an invalid date', 'Thu, 99 Jan 2026 00:00:30 GMT'],
    ['text that Date.parse takes', 'x 3'],
    ['zero', '0'],
    ['a negative number', '-5'],
    ['more than anybody waits for', '1e12'],
    ['a time in thousands of years', '99999999999999999'],
    ['nothing', ''],
    ['NaN', 'NaN'],
  ])('is a limit without a time where the header is %s', (_what, value) => {
    expect(throttlingOf(http(429, { 'retry-after': value }), NOW_MS)).toEqual({});
  });

  it.each([Number.NaN, -1, 0, 1e12, Infinity])(
    'is a limit without a time where retryAfterMs is %s',
    (retryAfterMs) => {
      expect(throttlingOf(Object.assign(new Error('no'), { retryAfterMs }), NOW_MS)).toEqual({});
    },
  );

  it('is a limit without a time for a ThrottledError that names none', () => {
    expect(throttlingOf(new ThrottledError({ what: 'The model' }), NOW_MS)).toEqual({});
  });

  it.each<[string, unknown]>([
    ['a plain error', new Error('no')],
    ['a 429 without the header', http(429, new Headers())],
    ['a 429 without headers', http(429, undefined)],
    ['a redirect that names a time', http(301, { 'retry-after': '10' })],
    ['a header that is no text', http(429, { 'retry-after': { a: 1 } })],
    ['retryAfterMs that is text', { retryAfterMs: 'soon' }],
    ['nothing', undefined],
    ['null', null],
    ['text', 'retry-after: 10'],
  ])('is nothing for %s', (_what, error) => {
    expect(throttlingOf(error, NOW_MS)).toBeUndefined();
  });
});
