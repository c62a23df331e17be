import { expect, it } from 'vitest';
import { useGuarantee } from './run-cli.ts';

const guarantee = useGuarantee();

it('settles everything that was asked for while all is killed, and leaves no key without a time to live', async () => {
  const { code, output } = await guarantee(['--everything', '300', '--keys-minutes', '0']);
  expect(output).toMatch(/^held  Everything/m);
  expect(output).toMatch(/^ +300 asked .*, [4-9] processes killed, [1-9] faults of Redis$/m);
  expect(output).toMatch(/^ +300 ended \(DONE /m);
  expect(code).toBe(0);
}, 240_000);

it('refuses an invalid number', async () => {
  expect(await guarantee(['--everything', 'all'])).toMatchObject({ code: 2 });
});
