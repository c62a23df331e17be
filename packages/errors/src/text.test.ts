import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, quoted, toWireError, truncate } from './index.ts';

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

test('a text for a terminal has no control characters but line breaks, and keeps its letters', () => {
  const clipboard = '\u001b]52;c;cm0gLXJm\u0007';
  const colours = '\u001b[31mred\u009b0m\u0090x\u009c\u007f\b\r';
  const reordered = 'user\u202etxt.exe\u2066\u200f';
  for (const text of [clipboard, colours, reordered]) {
    expect(printable(text)).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
  }
  expect(printable(clipboard)).toBe('\ufffd]52;c;cm0gLXJm\ufffd');
  expect(printable('a\tb\r\nc\u2028d')).toBe('a b\nc\ufffdd');
  const letters = 'naïve שלום 你好 👩‍👩‍👧 – “x”';
  expect(printable(letters)).toBe(letters);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}|\p{Surrogate}/u);
    }),
  );
});
