import type { Counter } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { Tally } from './tally.ts';

function openTally() {
  const added: unknown[] = [];
  const counter: Counter = { add: (value, labels) => void added.push([value, labels]) };
  return { tally: new Tally(counter), added };
}

it('a counter receives the sum of each series once, however many additions it had', () => {
  const { tally, added } = openTally();
  const [free, paid] = [tally.series({ tier: 'free' }), tally.series({ tier: 'paid' })];
  for (let times = 0; times < 3; times += 1) free.add(2);
  paid.add(1);
  expect(added).toEqual([]);
  tally.flush();
  tally.flush();
  expect(added).toEqual([
    [6, { tier: 'free' }],
    [1, { tier: 'paid' }],
  ]);
});

it('a series without additions is not passed on', () => {
  const { tally, added } = openTally();
  tally.series({ tier: 'free' });
  tally.flush();
  expect(added).toEqual([]);
});
