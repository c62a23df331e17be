import { expect, it } from 'vitest';
import { useGuarantee } from './run-cli.ts';

const guarantee = useGuarantee({ isBreakable: true });

it('says that there is nothing to break, and does not run an unbroken build instead', async () => {
  const { code, output } = await guarantee(['--help'], { BROKEN: 'unheard-of' });
  expect(output).toContain('Cannot break "unheard-of"');
  expect(code).toBe(1);
});
