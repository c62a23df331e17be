import { expect, it } from 'vitest';
import { received } from './example.ts';

it('shows an example that runs', () => {
  expect(received).toMatchObject({ tenantId: 'acme', data: { texts: ['hello'] } });
});
