import type { Line } from '../journal.ts';
import type { Finding } from './checker.ts';

/** Long enough for a word to reach a worker, and too short for one that only looks now and then (ms). */
const PROMPTLY_MS = 2_500;

/**
 * Actions that had not begun so long after they were accepted, although fewer than `slots` were running all that
 * time. For histories in which nothing was disturbed; the time for which processes stood still meanwhile is excused.
 */
export function idled(
  lines: readonly Line[],
  slots: number,
  promptlyMs: number = PROMPTLY_MS,
): Finding[] {
  const ends = lines.at(-1)?.at ?? 0;
  const begins = new Map<string, number>();
  const accepted = new Map<string, number>();
  for (const line of lines) {
    if (line.event === 'accepted') accepted.set(line.id, line.at);
    if (line.event === 'started' && !begins.has(line.id)) begins.set(line.id, line.at);
  }
  const late = [...accepted].flatMap(([id, from]) => {
    const to = begins.get(id) ?? ends;
    return to - from > promptlyMs + stoodStillMs(lines, from, to) ? [{ id, from, to }] : [];
  });
  return late
    .filter(({ from, to }) => mostRunning(lines, from, to) < slots)
    .map(({ id }) => ({
      what: 'starved',
      id,
      lines: lines.filter((line) => 'id' in line && line.id === id),
    }));
}

/** Most actions in hand at any moment of a span. */
function mostRunning(lines: readonly Line[], from: number, to: number): number {
  const running = new Set<string>();
  let most = 0;
  for (const line of lines) {
    if (line.at > to) break;
    if (line.event === 'started') running.add(line.id);
    if (line.event === 'settled' || line.event === 'dead') running.delete(line.id);
    if (line.at >= from) most = Math.max(most, running.size);
  }
  return most;
}

/** How long processes stood still between two moments (ms). */
export function stoodStillMs(lines: readonly Line[], from: number, to: number): number {
  const within = lines.filter(({ at }) => at >= from && at <= to);
  return within.reduce((sum, line) => sum + (line.event === 'stall' ? line.ms : 0), 0);
}
