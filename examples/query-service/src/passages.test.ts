import fc from 'fast-check';
import { expect, it } from 'vitest';
import { passagesOf } from './passages.ts';

const cut = (text: string, most = 60): string[] =>
  passagesOf({ id: 'd', title: 'Title', text }, most).map((passage) => passage.text);

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

it('starts a passage at every heading and joins short paragraphs', () => {
  const text = '# One\n\nFirst.\n\nSecond.\n\n## Two\nThird.';
  expect(cut(text)).toEqual(['# One\nFirst.\nSecond.', '## Two\nThird.']);
});

it('keeps code in fences whole', () => {
  const code = '```\n# no heading\n\nx = 1\n```';
  expect(cut(`Before.\n\n${code}\n\nAfter.`)).toEqual([`Before.\n${code}\nAfter.`]);
});

it('splits a long paragraph between words', () => {
  expect(cut('word '.repeat(30).trim(), 24)).toHaveLength(6);
});

it('shortens a title that is as long as a file', () => {
  const passages = passagesOf({ id: 'd', title: 'word '.repeat(20_000), text: 'x\n\n# y' }, 100);
  expect(passages.map(({ title }) => title)).toEqual(['word '.repeat(40), 'word '.repeat(40)]);
});

it('names passages by document and number', () => {
  expect(passagesOf({ id: 'a.md', title: 'A', text: '# x\n\n# y' }, 100)).toMatchObject([
    { id: 'a.md#0', documentId: 'a.md', title: 'A' },
    { id: 'a.md#1' },
  ]);
});

it('loses no word, and never exceeds the maximum length', () => {
  const texts = fc.array(fc.stringMatching(/^[a-z#]{1,12}$/), { maxLength: 80 });
  fc.assert(
    fc.property(texts, fc.constantFrom(' ', '\n', '\n\n'), (parts, separator) => {
      const passages = cut(parts.join(separator));
      expect(passages.flatMap(words)).toEqual(words(parts.join(separator)));
      expect(passages.every((passage) => passage.length <= 60)).toBe(true);
    }),
  );
});

it.each([
  ['emoji without a space', `好${'😀'.repeat(900)}`],
  ['flags', '🇹🇭'.repeat(700)],
  ['a flag in a long line', `${'ก'.repeat(59)}🇹🇭${'ข'.repeat(300)}`],
  ['families of several emoji', '👩‍👩‍👧‍👦'.repeat(70)],
  ['letters with combining marks', 'e\u0301\u0323'.repeat(200)],
  ['syllables of jamo', '한글'.normalize('NFD').repeat(100)],
])('never cuts inside of a character: %s', (_what, text) => {
  const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const count = (each: string): number => [...characters.segment(each)].length;
  const passages = cut(text);
  expect(passages.join('')).toBe(text);
  expect(passages.every((passage) => passage.length <= 60)).toBe(true);
  expect(passages.reduce((sum, passage) => sum + count(passage), 0)).toBe(count(text));
});

it('splits a character that is longer than a passage, but not within an emoji', () => {
  const marks = `e${'\u0301'.repeat(200)}`;
  expect(cut(marks).join('')).toBe(marks);
  const family = '👩‍👩‍👧‍👦'.repeat(3);
  const passages = cut(family, 5);
  expect(passages.join('')).toBe(family);
  expect(passages.every((passage) => passage.isWellFormed())).toBe(true);
  expect(cut('😀😀', 1)).toEqual(['😀', '😀']);
});

it('splits any well-formed text into well-formed passages', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(texts, (text) => {
      expect(cut(text, 20).every((passage) => passage.isWellFormed())).toBe(true);
    }),
  );
});

it('splits a document of a million characters without a space', () => {
  expect(cut('好'.repeat(1_000_000), 800)).toHaveLength(1_250);
});
