import fc from 'fast-check';
import { expect, it } from 'vitest';
import { passagesOf } from './passages.ts';

const cut = (text: string, most = 60): string[] =>
  passagesOf({ id: 'd', title: 'Title', text }, most).map((passage) => passage.text);

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

it('opens a passage at every heading and joins short paragraphs', () => {
  const text = '# One\n\nFirst.\n\nSecond.\n\n## Two\nThird.';
  expect(cut(text)).toEqual(['# One\nFirst.\nSecond.', '## Two\nThird.']);
});

it('keeps code in fences whole', () => {
  const code = '```\n# no heading\n\nx = 1\n```';
  expect(cut(`Before.\n\n${code}\n\nAfter.`)).toEqual([`Before.\n${code}\nAfter.`]);
});

it('cuts a long paragraph between words', () => {
  expect(cut('word '.repeat(30).trim(), 24)).toHaveLength(6);
});

it('names passages by document and number', () => {
  expect(passagesOf({ id: 'a.md', title: 'A', text: '# x\n\n# y' }, 100)).toMatchObject([
    { id: 'a.md#0', documentId: 'a.md', title: 'A' },
    { id: 'a.md#1' },
  ]);
});

it('loses no word, and makes no passage longer than asked', () => {
  const texts = fc.array(fc.stringMatching(/^[a-z#]{1,12}$/), { maxLength: 80 });
  fc.assert(
    fc.property(texts, fc.constantFrom(' ', '\n', '\n\n'), (parts, separator) => {
      const passages = cut(parts.join(separator));
      expect(passages.flatMap(words)).toEqual(words(parts.join(separator)));
      expect(passages.every((passage) => passage.length <= 60)).toBe(true);
    }),
  );
});
