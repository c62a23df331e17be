import { expect, it } from 'vitest';
import { bm25 } from './bm25.ts';

const words = (text: string): string[] => text.split(' ');

it('prefers the text with the rare term of the query', () => {
  const texts = ['tenant queue', 'tenant dies', 'tenant limit', 'lunch noon'].map(words);
  const scores = bm25(['tenant', 'dies'], texts);
  expect(Math.max(...scores)).toBe(scores[1]);
  expect(scores[0]).toBe(scores[2]);
  expect(scores[3]).toBe(0);
});

it('prefers the shorter of two texts with the same terms', () => {
  const [short = 0, long = 0] = bm25(
    ['tenant'],
    ['tenant', 'tenant and many words more'].map(words),
  );
  expect(short).toBeGreaterThan(long);
});

it('scores nothing without texts or terms', () => {
  expect(bm25(['a'], [])).toEqual([]);
  expect(bm25([], [['a']])).toEqual([0]);
});
