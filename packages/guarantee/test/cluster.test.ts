import { expect, it } from 'vitest';
import { useGuarantee } from './run-cli.ts';

const guarantee = useGuarantee();

/** Every night all promises are tested on a Cluster, also with partitions. */
it('holds on a Cluster whose slots move and whose primaries change', async () => {
  const only = 'P1,P6';
  const args = ['--topology', 'cluster', '--seconds', '5', '--only', only];
  const { code, output } = await guarantee(args);
  for (const id of only.split(',')) expect(output).toContain(`${id} held`);
  expect(code).toBe(0);
}, 180_000);
