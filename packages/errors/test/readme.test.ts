import { expect, it } from 'vitest';
import { known, status } from './example.ts';

it('shows an example that runs', () => {
  expect([known, status]).toEqual([true, 429]);
});
