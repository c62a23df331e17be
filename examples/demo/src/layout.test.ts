import fc from 'fast-check';
import { expect, it } from 'vitest';
import { duration, fit, flowRow, wrap } from './layout.ts';

const row = [
  'demo.query.embedding.generate.result',
  'embedding:initech:professional',
  '1200 ms',
  '9.9 ms',
] as const;

it('keeps a row within the width for any content', () => {
  for (const width of [40, 60, 78]) expect(flowRow(row, width)).toHaveLength(width);
});

it('shows whole names in 80 columns, including the mark', () => {
  const names = ['query.embedding.generate.result', 'embedding:globex:enterprise'] as const;
  const line = flowRow([...names, '1 ms', '2 ms'], 78);
  for (const name of names) expect(line).toContain(name);
});

it('wraps between words, keeps the indent and loses no word', () => {
  expect(wrap('  one two three', 9)).toBe('  one two\n  three');
  expect(wrap('Redis      a server', 80)).toBe('Redis      a server');
  const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, (all) => {
      const lines = wrap(all.join(' '), 20).split('\n');
      expect(lines.join(' ')).toBe(all.join(' '));
      expect(lines.every((line) => line.length <= 20)).toBe(true);
    }),
  );
});

it('truncates and pads', () => {
  expect([fit('abcdef', 4), fit('ab', 4)]).toEqual(['abc…', 'ab  ']);
});

it('formats a duration in at most seven characters', () => {
  expect([0.04, 9.9, 10, 9_999, 10_000].map(duration)).toEqual([
    '0.0 ms',
    '9.9 ms',
    '10 ms',
    '9999 ms',
    '10.0 s',
  ]);
});
