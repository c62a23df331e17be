import type { Line } from '../journal/journal.ts';

type Start = Extract<Line, { event: 'started' | 'finished' }>;

/** Actions that killed workers held. */
interface Reclaims {
  /** Time from the kill until each started again (ms). */
  readonly times: readonly number[];
  /** Actions that neither started again nor ended. */
  readonly stranded: readonly string[];
}

/** Finds the actions that killed workers held, and when they started again. */
export function reclaims(lines: readonly Line[]): Reclaims {
  const starts = lines.filter((line) => line.event === 'started') as Start[];
  const byAction = grouped(starts, ({ id }) => id);
  const byWorker = grouped(starts, ({ pid }) => pid);
  const ends = endsOf(lines);
  const times: number[] = [];
  const stranded: string[] = [];
  for (const kill of lines) {
    for (const { id } of kill.event === 'killed' ? (byWorker.get(kill.victim) ?? []) : []) {
      const end = ends.get(id) ?? Infinity;
      const next = byAction.get(id)?.find(({ at }) => at > kill.at);
      if (next && end > kill.at) times.push(next.at - kill.at);
      if (!next && end === Infinity) stranded.push(id);
    }
  }
  return { times, stranded };
}

/** Returns the time of the first recorded end of each action (Unix ms). */
function endsOf(lines: readonly Line[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (const line of lines) {
    const isEnd = line.event === 'settled' || line.event === 'notified';
    if (isEnd && !ends.has(line.id)) ends.set(line.id, line.at);
  }
  return ends;
}

function grouped<Key>(starts: readonly Start[], keyOf: (start: Start) => Key): Map<Key, Start[]> {
  const groups = new Map<Key, Start[]>();
  for (const start of starts) {
    const known = groups.get(keyOf(start));
    if (known) known.push(start);
    else groups.set(keyOf(start), [start]);
  }
  return groups;
}
