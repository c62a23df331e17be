import type { Line } from '../journal/journal.ts';

/** A time in which no lease could be renewed (Unix ms). */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/**
 * Returns the number of actions that workers held during an outage which all workers survived, and the ids of those whose
 * attempt was started again by another worker.
 */
export function takenOver(
  lines: readonly Line[],
  { from, to }: Outage,
): { held: number; taken: string[] } {
  const over = new Set<string>();
  const held = new Map<string, number>();
  const taken = new Set<string>();
  for (const line of lines) {
    if (line.event === 'settled' && line.at < from) over.add(line.id);
    if (line.event !== 'started') continue;
    if (held.get(line.id) === line.attempt && line.at >= from) taken.add(line.id);
    if (line.at <= to) held.set(line.id, line.attempt);
  }
  const survivors = [...held.keys()].filter((id) => !over.has(id));
  return { held: survivors.length, taken: survivors.filter((id) => taken.has(id)) };
}
