import { expect, it } from 'vitest';
import { version } from './example.ts';

it('shows an example that runs', () => {
  expect(version).toContain(process.version);
});
