import type { Line } from '../journal/journal.ts';

/**
 * Counts outcomes of workers for actions that another worker had started and not yet ended: in these cases only the
 * token decides which outcome is stored.
 */
export function outcomesAfterTakeover(lines: readonly Line[]): number {
  const holders = new Map<string, number>();
  const over = new Set<string>();
  let count = 0;
  for (const line of lines) {
    if (line.event === 'started') holders.set(line.id, line.token);
    if (line.event === 'settled' || line.event === 'notified') over.add(line.id);
    if (line.event === 'finished' && !over.has(line.id) && holders.get(line.id) !== line.token) {
      count += 1;
    }
  }
  return count;
}

/** Counts workers that died directly after a settlement: the callback can then only come from Redis. */
export function deathsAfterSettling(lines: readonly Line[]): number {
  const lastEvents = new Map<number, Line['event']>();
  let count = 0;
  for (const line of lines) {
    if (line.event === 'killed') count += lastEvents.get(line.victim) === 'settled' ? 1 : 0;
    else lastEvents.set(line.pid, line.event);
  }
  return count;
}

/** Counts actions that had ended when their sender lost its connections, and whose enqueue returned after that. */
export function answeredAfterCut(lines: readonly Line[]): number {
  const open = new Set<string>();
  const ended = new Set<string>();
  let late = 0;
  let atCut: ReadonlySet<string> = new Set();
  for (const line of lines) {
    if (line.event === 'sent') open.add(line.id);
    if (line.event === 'settled' && open.has(line.id)) ended.add(line.id);
    if (line.event === 'cut') atCut = new Set(ended);
    if (line.event !== 'accepted' && line.event !== 'refused') continue;
    if (atCut.has(line.id)) late += 1;
    open.delete(line.id);
    ended.delete(line.id);
  }
  return late;
}
