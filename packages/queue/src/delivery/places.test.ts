import { expect, it } from 'vitest';
import { Places } from './places.ts';

it('serves in order as many as there are places, and the next when one is left', () => {
  const places = new Places(2);
  const served: number[] = [];
  const leave = [0, 1, 2, 3].map((n) => places.take(() => served.push(n)));
  expect(served).toEqual([0, 1]);
  leave[1]?.();
  expect(served).toEqual([0, 1, 2]);
});

it('skips a call that stopped waiting, and counts a place left twice once', () => {
  const places = new Places(1);
  const served: number[] = [];
  const leave = [0, 1, 2, 3].map((n) => places.take(() => served.push(n)));
  leave[1]?.();
  leave[0]?.();
  leave[0]?.();
  expect(served).toEqual([0, 2]);
});
