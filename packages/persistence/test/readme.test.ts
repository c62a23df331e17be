import { expect, it, vi } from 'vitest';
import { emptyDatabase } from './databases.ts';

it('shows an example that runs', async () => {
  vi.stubEnv('DATABASE_URL', await emptyDatabase());
  const { persistence } = await import('./example.ts');
  vi.unstubAllEnvs();
  expect(persistence).toBeDefined();
});
