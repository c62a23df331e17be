import { expect, it } from 'vitest';
import { settings } from './example.ts';

it('shows an example that runs', () => {
  expect(settings).toMatchObject({ cacheSize: 500, redisUrl: 'redis://localhost' });
});
