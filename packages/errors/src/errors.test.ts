import { describe, expect, test } from 'vitest';
import {
  ActionFailedError,
  ERROR_CLASSES,
  fromWireError,
  isNoobleError,
  NoobleError,
  RateLimitError,
  SettingsError,
  toProblemDetails,
  toWireError,
  ValidationError,
} from './index.ts';

const limited = () =>
  new RateLimitError({
    tenantId: 'acme',
    domain: 'embedding',
    limit: 10,
    window: 'minute',
    retryAfterMs: 1500,
    resetAt: '2026-01-01T00:00:00.000Z',
  });

function fail(): never {
  throw new Error('on purpose');
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('errors on the wire', () => {
  test('an error keeps its class, facts and message over the wire', () => {
    const back = fromWireError(JSON.parse(JSON.stringify(toWireError(limited()))));
    expect(back).toBeInstanceOf(RateLimitError);
    expect(back).toMatchObject({
      code: 'RATE_LIMIT',
      retryAfterMs: 1500,
      httpStatus: 429,
      message: limited().message,
    });
  });

  test('an ordinary error is internal, retryable and keeps its message for operators', () => {
    expect(toWireError(new Error('socket hang up'))).toEqual({
      code: 'INTERNAL',
      message: 'socket hang up',
      retryable: true,
      http_status: 500,
    });
    expect(toWireError('text').message).toBe('text');
  });

  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['a Symbol', Symbol('odd'), 'Symbol(odd)'],
    ['an object without a string form', Object.create(null), 'The thrown value cannot be read'],
    ['an error whose message is a number', Object.assign(new Error(), { message: 7 }), '7'],
    [
      'an error whose message has no string form',
      Object.assign(new Error(), { message: Object.create(null) as unknown }),
      'The thrown value cannot be read',
    ],
    [
      'an error whose message cannot be read',
      Object.defineProperty(new Error(), 'message', { get: fail }),
      'The thrown value cannot be read',
    ],
    ['a revoked Proxy', revoked(), 'The thrown value cannot be read'],
  ])('%s has a form on the wire', (_what, thrown, message) => {
    expect(toWireError(thrown)).toEqual({
      code: 'INTERNAL',
      message,
      retryable: true,
      http_status: 500,
    });
  });

  test('a revoked Proxy is not a NoobleError, and has problem details', () => {
    expect(isNoobleError(revoked())).toBe(false);
    expect(toProblemDetails(revoked())).toMatchObject({ code: 'INTERNAL', status: 500 });
  });

  test('details that JSON cannot carry do not reach problem details', () => {
    const { kind } = ValidationError;
    const error = new NoobleError({ kind, message: 'boom', details: { count: 1n } });
    expect(JSON.parse(JSON.stringify(toProblemDetails(error)))).toMatchObject({ detail: 'boom' });
  });

  test.each([
    null,
    5,
    'text',
    {},
    { code: { toString: 1 } },
    { code: 'VALIDATION', message: 'm', retryable: false, http_status: 400, details: 5 },
  ])('a malformed wire error (%o) becomes internal', (given) => {
    expect(fromWireError(given as never)).toMatchObject({ code: 'INTERNAL', httpStatus: 500 });
  });

  test('an error with an unknown code keeps its fields', () => {
    const wire = {
      code: 'QUOTA',
      message: 'No more',
      retryable: false,
      http_status: 402,
      details: { left: 0 },
    };
    expect(fromWireError(wire)).toMatchObject({
      code: 'QUOTA',
      message: 'No more',
      retryable: false,
      httpStatus: 402,
    });
    expect(toWireError(fromWireError(wire))).toEqual(wire);
  });

  test('a huge message is truncated, and details that are not JSON are omitted', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const error = new ValidationError({
      what: 'x'.repeat(10_000),
      issues: [{ path: 'a', message: 'b' }],
    });
    expect(toWireError(error).message).toHaveLength(4096);
    const wire = {
      code: 'VALIDATION',
      message: 'm',
      retryable: false,
      http_status: 400,
      details: loop,
    };
    expect(toWireError(fromWireError(wire)).details).toBeUndefined();
  });

  test('every class has a unique code, a status, a summary and a remedy', () => {
    const kinds = ERROR_CLASSES.map((each) => each.kind);
    expect(new Set(kinds.map((kind) => kind.code)).size).toBe(kinds.length);
    for (const kind of kinds)
      expect(kind.summary && kind.remedy && kind.httpStatus >= 400).toBeTruthy();
  });

  test('an error of another copy of the package is recognised', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('nooble.error')]: true });
    expect(isNoobleError(foreign)).toBe(true);
    expect(isNoobleError(new Error('x'))).toBe(false);
  });
});

describe('problem details', () => {
  test('a client error includes its details', () => {
    expect(toProblemDetails(limited(), { instance: '/ask' })).toMatchObject({
      type: 'urn:nooble:error:rate-limit',
      status: 429,
      code: 'RATE_LIMIT',
      retryAfterMs: 1500,
      instance: '/ask',
    });
  });

  test('an internal message never leaks', () => {
    const settings = new SettingsError({
      problems: [{ variable: 'DB_PASSWORD', message: 'is hunter2' }],
    });
    const failed = new ActionFailedError({
      actionType: 'a.b',
      error: { code: 'INTERNAL', message: 'hunter2', retryable: true, http_status: 500 },
    });
    for (const error of [settings, failed, new Error('hunter2')]) {
      expect(JSON.stringify(toProblemDetails(error))).not.toContain('hunter2');
    }
  });
});
