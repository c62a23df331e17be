import type { Line } from '../journal/journal.ts';

/** A time in which no lease could be renewed (Unix ms). */
export interface Outage {
  readonly from: number;
  readonly to: number;
  /** Time after the outage that a holder may spend without running before the loss of a lease is its own (ms). */
  readonly lateMs: number;
}

/**
 * Returns the number of actions that workers held during an outage which all workers survived, and the ids of those whose
 * attempt was started again by another worker. Leaves out the actions of a worker that a busy machine did not run
 * in time to renew.
 */
export function takenOver(
  lines: readonly Line[],
  outage: Outage,
): { held: number; taken: string[] } {
  const over = new Set<string>();
  const held = new Map<string, { readonly pid: number; readonly attempt: number }>();
  const taken = new Map<string, number>();
  for (const line of lines) {
    if (line.event === 'settled' && line.at < outage.from) over.add(line.id);
    if (line.event !== 'started') continue;
    const isAgain = held.get(line.id)?.attempt === line.attempt;
    if (isAgain && line.at >= outage.from) taken.set(line.id, taken.get(line.id) ?? line.at);
    else if (line.at <= outage.to) held.set(line.id, line);
  }
  const survivors = [...held].flatMap(([id, { pid }]) => {
    if (over.has(id)) return [];
    const missed = missedMs(lines, pid, { from: outage.to, to: taken.get(id) ?? outage.to });
    return missed > outage.lateMs ? [] : [id];
  });
  return { held: survivors.length, taken: survivors.filter((id) => taken.has(id)) };
}

/** Returns the time within a span in which a process was not scheduled, or waited for Redis (ms). */
function missedMs(lines: readonly Line[], pid: number, { from, to }: Omit<Outage, 'lateMs'>) {
  let ms = 0;
  for (const line of lines) {
    if (line.event !== 'stall' || line.pid !== pid) continue;
    ms += Math.max(0, Math.min(line.at, to) - Math.max(line.at - line.ms, from));
  }
  return ms;
}
