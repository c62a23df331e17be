import fc from 'fast-check';
import { expect, it } from 'vitest';
import { QueueFullError } from './admission-errors.ts';
import { toLogFields } from './log-fields.ts';

it('keeps the explanation of an error and its causes, but no attached properties', () => {
  const request = { headers: { authorization: 'MARKED-SECRET' } };
  const refused = Object.assign(new Error('refused', { cause: 'no reason' }), {
    code: 'E1',
    request,
  });
  const full = new QueueFullError({ queue: 'a:b:free', limit: 3, cause: refused });
  const fields = toLogFields(Object.assign(full, { request }));
  expect(fields).toMatchObject({
    type: 'QueueFullError',
    code: 'QUEUE_FULL',
    retryable: true,
    details: { limit: 3 },
    cause: { type: 'Error', code: 'E1', message: 'refused', cause: { message: 'no reason' } },
  });
  expect(fields.stack).toContain('log-fields.test');
  expect(JSON.stringify(fields)).not.toContain('MARKED-SECRET');
});

it('includes the errors of an AggregateError', () => {
  const errors = [new Error('one'), new TypeError('two')];
  expect(toLogFields(new AggregateError(errors)).errors).toMatchObject([
    { message: 'one' },
    { type: 'TypeError', message: 'two' },
  ]);
});

it('is bounded and well formed, also for an error that is its own cause', () => {
  const long = new Error(`${'x'.repeat(4095)}😀`.repeat(50));
  long.cause = new AggregateError(
    Array.from({ length: 50 }, () => long),
    'y',
    { cause: long },
  );
  const text = JSON.stringify(toLogFields(long));
  expect(text.length).toBeLessThan(200_000);
  expect(text.isWellFormed()).toBe(true);
});

it('accepts any thrown value', () => {
  const hostile = new Proxy(new Error('x'), { get: () => expect.fail() });
  const broken = Object.assign(new Error('x'), { message: { toString: null } });
  for (const thrown of [hostile, broken, null, undefined, 1n, Symbol('x'), () => 1, { a: 1 }]) {
    expect(toLogFields(thrown)).toMatchObject({ message: expect.any(String) as string });
  }
  fc.assert(
    fc.property(fc.anything(), (thrown) => {
      expect(() => JSON.stringify(toLogFields(thrown))).not.toThrow();
    }),
  );
});
