import { describe, expect, it } from 'vitest';
import { useGuarantee } from './run-cli.ts';

const guarantee = useGuarantee({ isBreakable: true });

/** Timeout of the slowest test while others run concurrently (ms). */
const TIMEOUT_MS = 120_000;

/** Each mistake, its name in `broken-build.mjs`, the promise that must detect it, and the expected finding. */
const BUILDS: readonly (readonly [string, string, [promise: string, finding: string]])[] = [
  [
    'settles without fencing',
    'fencing',
    ['P3', '\\d+ (notified under a lost lease|settled twice|repeated)'],
  ],
  ['admits one too many', 'window', ['P5', 'admitted (5[1-9]|[6-9]\\d) greedy-by-minute']],
  ['loses chunks', 'chunks', ['P10', '[1-9]\\d* lost']],
];

/** More mistakes, which cost more or repeat a promise above. With `NOOBLE_NIGHTLY`, as every night. */
const FURTHER_BUILDS: typeof BUILDS = [
  ['sends no callbacks', 'callbacks', ['P1', '[1-9]\\d* lost']],
  ['admits rows without their key', 'rows', ['P14', '[1-9]\\d* run twice']],
  ['never reclaims a lease', 'reclaim', ['P2', '[1-9]\\d* not run again']],
  ['ignores weights and costs', 'weights', ['P4', 'shares missed by [1-9]']],
  ['shares idempotency keys between tenants', 'keys', ['P8', '21 of 20 left to the victim']],
  [
    'always reports that it is healthy',
    'health',
    ['P6', 'half-open connections: (\\d+ ms|never),'],
  ],
  ['sends no words', 'words', ['P9', 'p99 [1-9]\\d\\d+ ms']],
  [
    'forgets its journals',
    'journal',
    ['P12', '[1-9]\\d* (computed again|resolved twice)|[1-9]\\d* computed again'],
  ],
  ['blocks nothing in a sequence', 'sequences', ['P11', '[1-9]\\d* (overtaken|ran together|lost)']],
  ['removes endings before they are stored', 'recording', ['P13', '[1-9]\\d* missing']],
  ['never serves the floor', 'floor', ['P4', '[1-9]\\d* tiers and \\d+ actions starved']],
  [
    'does not store its answers',
    'answers',
    ['P3', '\\d+ had ended .*\\d+ (settled twice|resurrected)'],
  ],
  ['admits one too many a day', 'days', ['P5', ', 51 greedy-by-day']],
  ['charges a rejection', 'charging', ['P5', ', [1-4]?\\d refused-by-day']],
  ['admits new tenants at tag zero', 'tags', ['P4', ' ([3-9]|\\d\\d) turns of another tenant']],
  [
    'reclaims leases immediately after an outage',
    'outage',
    ['P2', '[1-9]\\d* taken from living workers'],
  ],
  ['counts turns where time is shared', 'time', ['P4', 'slot time by [1-9]\\d* ms']],
  ['wakes no worker', 'wake', ['P4', '[1-9]\\d* actions not started although slots were free']],
  [
    'settles no action of a call with one unsendable result',
    'results',
    ['P6', '[1-9]\\d* late of \\d+ actions of a neighbour'],
  ],
  ['says nothing with renewals', 'renewals', ['P9', ', [1-9]\\d* not stopped']],
  ['conceals restarts', 'restarts', ['P10', '[1-9]\\d* mixtures']],
  ['ends no stream', 'ends', ['P10', '[1-9]\\d* lost']],
  ['lets an action overtake one that is retried', 'leads', ['P11', '[1-9]\\d* overtaken']],
];

const EVERY = process.env['NOOBLE_NIGHTLY'] === '1' ? [...BUILDS, ...FURTHER_BUILDS] : BUILDS;

describe('a broken build is detected by the right finding', () => {
  it.concurrent.each(EVERY)(
    'that %s',
    async (_what, broken, [id, finding]) => {
      const args = ['--only', id, '--seconds', '2'];
      const { code, output } = await guarantee(args, { BROKEN: broken });
      expect(output).toMatch(new RegExp(`^${id} BROKEN .*${finding}`));
      expect(code).toBe(1);
    },
    TIMEOUT_MS,
  );
});
