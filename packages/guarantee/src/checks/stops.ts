import type { Line } from '../journal/journal.ts';

/** An action of a tree that had to stop. */
export interface Stop {
  readonly id: string;
  /** Time from when it had to stop until its signal aborted (ms); infinite if it did not. */
  readonly tookMs: number;
  /** Time from when it had to stop until now (ms). */
  readonly passedMs: number;
}

/** Finds the actions of trees that had to stop by `nowMs`. One that started later had to stop when it started. */
export function stopsIn(lines: readonly Line[], nowMs: number): Stop[] {
  const dues = new Map<string, number>();
  const aborts = new Map<string, number>();
  for (const line of lines) {
    if (line.event === 'aborted') aborts.set(line.id, line.at);
    if (line.event === 'stopping') {
      dues.set(line.tree, Math.min(line.due, dues.get(line.tree) ?? Infinity));
    }
  }
  return lines.flatMap((line): Stop[] => {
    const due = line.event === 'begun' ? (dues.get(line.tree) ?? Infinity) : Infinity;
    if (line.event !== 'begun' || due > nowMs) return [];
    const sinceMs = Math.max(due, line.at);
    const tookMs = Math.max(0, (aborts.get(line.id) ?? Infinity) - sinceMs);
    return [{ id: line.id, tookMs, passedMs: nowMs - sinceMs }];
  });
}

/** Returns the smallest value that at least this share of the values does not exceed; 0 without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
