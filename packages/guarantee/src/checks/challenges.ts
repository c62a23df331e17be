import type { Line } from '../journal.ts';

/**
 * How often a worker came back with an outcome for an action that another had begun meanwhile and not
 * ended: each time only the fence between the two decided whose outcome counted.
 */
export function challenges(lines: readonly Line[]): number {
  const holders = new Map<string, number>();
  const over = new Set<string>();
  let count = 0;
  for (const line of lines) {
    if (line.event === 'started') holders.set(line.id, line.token);
    if (line.event === 'settled' || line.event === 'told') over.add(line.id);
    if (line.event === 'finished' && !over.has(line.id) && holders.get(line.id) !== line.token) {
      count += 1;
    }
  }
  return count;
}

/** How often a worker died with its last act a settlement: only what Redis knows can still tell the caller. */
export function deathsAfterSettling(lines: readonly Line[]): number {
  const lastActs = new Map<number, Line['event']>();
  let count = 0;
  for (const line of lines) {
    if (line.event === 'killed') count += lastActs.get(line.victim) === 'settled' ? 1 : 0;
    else lastActs.set(line.pid, line.event);
  }
  return count;
}

/** How many actions had ended when their sender lost its connections, and were answered only after that. */
export function answeredLate(lines: readonly Line[]): number {
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
