import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Typing } from './typing.ts';

function typed(parts: readonly string[], width: number): string {
  let text = '';
  const typing = new Typing((more) => (text += more), width);
  for (const part of parts) typing.add(part);
  typing.end();
  return text;
}

it('wraps a text between words, wherever its parts are divided', () => {
  expect(typed(['one t', 'wo', ' three'], 9)).toBe('one two\nthree\n');
  expect(typed([' one', ' two'], 80)).toBe('one two\n');
  const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 7 }), (all, size) => {
      const text = all.join(' ');
      const lines = typed(text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [], 20)
        .trimEnd()
        .split('\n');
      expect(lines.join(' ')).toBe(text);
      expect(lines.every((line) => line.length <= 20)).toBe(true);
    }),
  );
});

it('breaks a word that is longer than a line', () => {
  expect(typed(['abcdefgh'], 3)).toBe('abc\ndef\ngh\n');
});

it('passes no control character on', () => {
  expect(typed(['a\u001b[2J', '\u0007b'], 80)).not.toMatch(/(?!\n)\p{Cc}/u);
});

it('begins a new line after its end', () => {
  let text = '';
  const typing = new Typing((more) => (text += more), 80);
  typing.add('one');
  typing.end();
  typing.end();
  typing.add('two');
  typing.end();
  expect(text).toBe('one\ntwo\n');
});
