import { describe, expect, it } from 'vitest';
import { guarantee } from './run-cli.ts';

const breaker = new URL('./broken-build.mjs', import.meta.url).href;

describe('a broken build is caught', () => {
  it.each([
    ['settles without fencing', 'fencing', 'P3'],
    ['admits one too many', 'window', 'P5'],
    ['admits one too many a day', 'days', 'P5'],
    ['charges a rejection', 'charging', 'P5'],
    ['lets newcomers in at tag zero', 'tags', 'P4'],
    ['takes no lease back', 'reclaim', 'P2'],
    ['takes leases back at once after an outage', 'outage', 'P2'],
    ['forgets weights and costs', 'weights', 'P4'],
    ['wakes nobody', 'wake', 'P4'],
    ['takes the idempotency key of one tenant for that of another', 'keys', 'P8'],
    ['is healthy whatever happens', 'health', 'P6'],
    ['forgets callbacks', 'callbacks', 'P1'],
    ['never serves the floor', 'floor', 'P4'],
  ])(
    'that %s',
    async (_what, broken, id) => {
      const env = { BROKEN: broken, NODE_OPTIONS: `--import ${breaker}` };
      const { code, output } = await guarantee(['--only', id, '--seconds', '4'], env);
      expect(output).toContain(`${id} BROKEN`);
      expect(code).toBe(1);
    },
    90_000,
  );
});
