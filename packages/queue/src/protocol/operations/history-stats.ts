import { readRule, type HistoryRule } from './history-set.ts';

/** Endings of a domain that no recorder has stored yet, over its partitions. */
export interface HistoryStats {
  /** Absent if the domain no longer keeps its history, and these endings are what is left. */
  readonly rule?: HistoryRule;
  readonly entries: number;
  readonly bytes: number;
  /** Part of a bound that is used, 0 to 1 or more, in the partition that is closest to one; 0 without a rule. */
  readonly filled: number;
  /** Age of the first of them (ms); 0 if there is none. */
  readonly lagMs: number;
  /** Number of endings that were dropped and are not yet recorded as a gap. */
  readonly dropped: number;
}

/** Reads four cells of `stats`: rule, backlog, time of the first ending (ms), gap. Undefined if there is no history. */
export function readHistoryStats(
  [text, backlog, first, gap]: readonly (string | number | undefined)[],
  nowMs: number,
): HistoryStats | undefined {
  const [, entries = 0, bytes = 0] = String(backlog).split(' ').map(Number);
  const dropped = gap === '' ? 0 : Number(String(gap).split(' ')[4]);
  const rule = readRule(String(text));
  if (rule === undefined && entries === 0 && dropped === 0) return undefined;
  const lagMs = first === '' ? 0 : Math.max(0, nowMs - Number(first));
  const filled = rule ? Math.max(entries / rule.maxEntries, bytes / rule.maxBytes) : 0;
  return { ...(rule && { rule }), entries, bytes, filled, lagMs, dropped };
}

interface WithHistory {
  readonly history?: HistoryStats;
}

/** Adds those of two partitions. The lag is the longer one. */
export function addHistories(
  { history: a }: WithHistory,
  { history: b }: WithHistory,
): WithHistory {
  if (!a || !b) return a || b ? { history: (a ?? b)! } : {};
  return {
    history: {
      ...a,
      ...b,
      entries: a.entries + b.entries,
      bytes: a.bytes + b.bytes,
      filled: Math.max(a.filled, b.filled),
      lagMs: Math.max(a.lagMs, b.lagMs),
      dropped: a.dropped + b.dropped,
    },
  };
}
