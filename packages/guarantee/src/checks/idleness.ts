import type { Line } from '../journal/journal.ts';
import type { Finding } from './finding.ts';

/** Longer than a wake-up takes, and shorter than the polling interval of an idle worker (ms). */
const PROMPT_MS = 2_500;

/**
 * Finds actions that had not started `promptMs` after they were accepted, although fewer than `slots` actions were running
 * during that time. For histories without disturbances; stalls of processes extend the time.
 */
export function idled(
  lines: readonly Line[],
  slots: number,
  promptMs: number = PROMPT_MS,
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
    return to - from > promptMs + stalledMs(lines, from, to) ? [{ id, from, to }] : [];
  });
  return late
    .filter(({ from, to }) => mostRunning(lines, from, to) < slots)
    .map(({ id }) => ({
      what: 'starved',
      id,
      lines: lines.filter((line) => 'id' in line && line.id === id),
    }));
}

/** Maximum number of actions running at any moment between two times. */
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

/** Returns the total time of stalls recorded between two times (ms). */
export function stalledMs(lines: readonly Line[], from: number, to: number): number {
  const within = lines.filter(({ at }) => at >= from && at <= to);
  return within.reduce((sum, line) => sum + (line.event === 'stall' ? line.ms : 0), 0);
}
