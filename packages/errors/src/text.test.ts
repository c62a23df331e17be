import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoted, toWireError, truncate } from './index.ts';

test('a text is never cut between the halves of a surrogate pair', () => {
  expect(truncate('ab😀', 3)).toBe('ab');
  expect(truncate('ab😀', 4)).toBe('ab😀');
  expect(truncate('a\ud83db', 9)).toBe('a\ufffdb');
});

test('a cut text is well formed and the beginning of the text', () => {
  const texts = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(texts, fc.nat(12), (text, length) => {
      const cut = truncate(text, length);
      expect(cut.isWellFormed()).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(length);
      expect(text.toWellFormed().startsWith(cut)).toBe(true);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, length) - 1);
    }),
  );
});

test('the message of an error is not cut inside an emoji', () => {
  const { message } = toWireError(new Error(`${'x'.repeat(4_095)}😀`));
  expect(message).toBe('x'.repeat(4_095));
  expect(toWireError(new Error('half: \ud83d')).message).toBe('half: \ufffd');
});

test('any value is quoted without running its code', () => {
  const hostile = { toString: 1, toJSON: () => expect.fail('it was called') };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const values = ['5 ', 5, 5n, true, null, undefined, [1], hostile, proxy, Symbol('x'), () => 1];
  expect(values.map((value) => quoted(value))).toEqual([
    '"5 "',
    '5',
    '5n',
    'true',
    'null',
    'undefined',
    'a list',
    'an object',
    'an object',
    'a symbol',
    'a function',
  ]);
});
