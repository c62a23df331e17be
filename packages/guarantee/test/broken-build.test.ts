import { expect, it } from 'vitest';
import { useGuarantee } from './run-cli.ts';

const guarantee = useGuarantee({ isBreakable: true });

it('fails for an unknown rule instead of running an unbroken build', async () => {
  const { code, output } = await guarantee(['--help'], { BROKEN: 'unheard-of' });
  expect(output).toContain('Cannot break "unheard-of"');
  expect(code).toBe(1);
});
