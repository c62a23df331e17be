import { describe, expect, it } from 'vitest';
import { useGuarantee } from './run-cli.ts';

const guarantee = useGuarantee({ isBreakable: true });

/** Time for the slowest of them while the others run as well (ms). */
const PATIENCE_MS = 120_000;

/** What a build does wrong, its name in `broken-build.mjs`, and which promise has to find what, and where. */
const BUILDS: readonly (readonly [string, string, [promise: string, finding: string]])[] = [
  ['settles without fencing', 'fencing', ['P3', '\\d+ (told by a loser|settled twice|repeated)']],
  [
    'forgets what it answered',
    'answers',
    ['P3', '\\d+ had ended .*\\d+ (settled twice|resurrected)'],
  ],
  ['admits one too many', 'window', ['P5', 'admitted (5[1-9]|[6-9]\\d) greedy-by-minute']],
  ['admits one too many a day', 'days', ['P5', ', 51 greedy-by-day']],
  ['charges a rejection', 'charging', ['P5', ', [1-4]?\\d refused-by-day']],
  ['lets newcomers in at tag zero', 'tags', ['P4', ' ([3-9]|\\d\\d) turns of another tenant']],
  ['takes no lease back', 'reclaim', ['P2', '[1-9]\\d* not run again']],
  [
    'takes leases back at once after an outage',
    'outage',
    ['P2', '[1-9]\\d* taken from the living'],
  ],
  ['forgets weights and costs', 'weights', ['P4', 'shares missed by [1-9]']],
  ['counts turns where time is shared', 'time', ['P4', 'slot time by [1-9]\\d* ms']],
  ['wakes nobody', 'wake', ['P4', '[1-9]\\d* actions not begun although slots were free']],
  [
    'takes the idempotency key of one tenant for that of another',
    'keys',
    ['P8', '21 of 20 left to the victim'],
  ],
  ['is healthy whatever happens', 'health', ['P6', 'half-open connections: (\\d+ ms|never),']],
  [
    'settles nothing where one result cannot be sent',
    'results',
    ['P6', '[1-9]\\d* late of \\d+ actions of a neighbour'],
  ],
  ['forgets callbacks', 'callbacks', ['P1', '[1-9]\\d* lost']],
  ['never serves the floor', 'floor', ['P4', '[1-9]\\d* tiers and \\d+ actions starved']],
];

describe('a broken build is caught, for what it broke', () => {
  it.concurrent.each(BUILDS)(
    'that %s',
    async (_what, broken, [id, finding]) => {
      const args = ['--only', id, '--seconds', '2'];
      const { code, output } = await guarantee(args, { BROKEN: broken });
      expect(output).toMatch(new RegExp(`^${id} BROKEN .*${finding}`));
      expect(code).toBe(1);
    },
    PATIENCE_MS,
  );
});
