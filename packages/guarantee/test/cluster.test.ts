import { expect, it } from 'vitest';
import { useGuarantee } from './run-cli.ts';

const guarantee = useGuarantee();

it.each([
  ['whose slots move and whose primaries change', 'P1,P3,P5,P6,P8', ['--seconds', '8']],
  ['that holds the partitions of a domain', 'P1,P5', ['--seconds', '6', '--partitions', '3']],
])(
  'holds on a Cluster %s',
  async (_what, only, more) => {
    const args = ['--topology', 'cluster', '--only', only, ...more];
    const { code, output } = await guarantee(args);
    for (const id of only.split(',')) expect(output).toContain(`${id} held`);
    expect(code).toBe(0);
  },
  180_000,
);
