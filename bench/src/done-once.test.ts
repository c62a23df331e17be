import { expect, it } from 'vitest';
import { assertDoneOnce } from './done-once.ts';

it('accepts jobs that several workers did once each', () => {
  assertDoneOnce('nooble', [Uint32Array.of(2, 0), Uint32Array.of(1)], 3);
});

it.each([
  ['lost', [0], 'of 2 jobs 1 were not done, 0 were done twice, 0 were never sent'],
  ['twice', [0, 1, 1], 'of 2 jobs 0 were not done, 1 were done twice, 0 were never sent'],
  ['foreign', [0, 1, 2], 'of 2 jobs 0 were not done, 0 were done twice, 1 were never sent'],
])('refuses a job that is %s', (_what, done, message) => {
  expect(() => assertDoneOnce('nooble', [Uint32Array.from(done)], 2)).toThrow(message);
});
