import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import type { HistoryRule } from '../protocol/operations/history-set.ts';

/** Options of `setHistory`. The bounds are those of a domain, or of each partition of it. */
export interface HistoryOptions {
  /** Keeps the data of actions. @default false */
  readonly data?: boolean;
  /** Keeps the results of actions. @default false */
  readonly result?: boolean;
  /** Maximum number of endings that wait to be recorded, from 1 to 10,000,000. @default 100_000 */
  readonly maxEntries?: number;
  /** Maximum size of these endings, with their actions (bytes), from 1 KiB. @default 256 MiB */
  readonly maxBytes?: number;
  /**
   * At a bound, `refuse` admits no more actions until recorders have caught up: HistoryBehindError. `drop` drops the oldest
   * endings, and records how many as a gap. @default 'refuse'
   */
  readonly whenBehind?: 'refuse' | 'drop';
}

const CHECK: OptionsCheck<HistoryOptions> = {
  of: 'a history',
  rules: {
    data: rule.boolean,
    result: rule.boolean,
    maxEntries: rule.whole(1, 10_000_000),
    maxBytes: rule.whole(1_024),
    whenBehind: rule.oneOf('refuse', 'drop'),
  },
};

/** Checks and completes the options; false keeps no history. Throws RangeError. */
export function historyRuleOf(options: HistoryOptions | false): HistoryRule | undefined {
  if (options === false) return undefined;
  const given = readOptions(options, CHECK);
  const { data = false, result = false, whenBehind = 'refuse' } = given;
  const { maxEntries = 100_000, maxBytes = 256 * 1024 * 1024 } = given;
  return Object.freeze({ data, result, maxEntries, maxBytes, whenBehind });
}
