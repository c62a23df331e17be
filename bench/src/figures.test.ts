import { expect, it } from 'vitest';
import { figureOf } from './figures.ts';
import { PER_SECOND } from './scenario.ts';

const ROUNDS = [
  { nooble: { rate: 100 }, bullmq: { rate: 50 }, floor: { rate: 400 } },
  { nooble: { rate: 30 }, bullmq: { rate: 10 }, floor: { rate: 100 } },
  { nooble: { rate: 80 }, bullmq: { rate: 80 }, floor: { rate: 160 } },
];

it('makes a ratio within each round and then takes the median', () => {
  const figure = figureOf('rate', PER_SECOND, ROUNDS);
  expect(figure.ratio).toBe(2);
  expect(figure.ratios).toEqual({ floor: 0.3 });
  expect(figure.ranges).toEqual({ bullmq: [1, 3], floor: [0.25, 0.5] });
});

it('returns the median and the range of every side', () => {
  const { values } = figureOf('rate', PER_SECOND, ROUNDS);
  expect(values['nooble']).toEqual({ median: 80, range: [30, 100] });
});

it('leaves out a side that has no such figure', () => {
  const rounds = [{ nooble: { claims: 2 }, bullmq: { rate: 1 } }];
  const figure = figureOf('claims', PER_SECOND, rounds);
  expect(figure).toMatchObject({ values: { nooble: { median: 2 } }, ratios: {} });
  expect(figure).not.toHaveProperty('ratio');
});

it('makes no ratio to nothing', () => {
  const rounds = [{ nooble: { rate: 2 }, bullmq: { rate: 0 } }];
  expect(figureOf('rate', PER_SECOND, rounds)).not.toHaveProperty('ratio');
});
