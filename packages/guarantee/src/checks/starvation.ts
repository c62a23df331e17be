import type { Line } from '../journal/journal.ts';
import type { Finding } from './finding.ts';

/** Maximum number of turns of each other tenant before the next turn of a ready tenant. */
const MAX_TURNS_BEFORE = 2;

type Start = Extract<Line, { event: 'started' | 'finished' }>;

/**
 * Finds actions at the head of the queue of their tenant that waited while another tenant of the same tier started more
 * than two actions, plus `slots` for claims in progress. For histories without disturbances.
 */
export function starved(lines: readonly Line[], slots: number): Finding[] {
  const starts = lines.filter((line): line is Start => line.event === 'started');
  const findings = headsOf(lines, starts).filter(({ tenant, readyAt, startAt }) => {
    const between = starts.filter(
      (start) => start.tenant !== tenant && start.at > readyAt && start.at < startAt,
    );
    return mostOfOne(between) > MAX_TURNS_BEFORE + slots;
  });
  return findings.map(({ id }) => ({
    what: 'starved',
    id,
    lines: lines.filter((line) => 'id' in line && line.id === id),
  }));
}

/** Returns when each action reached the head of the queue of its tenant, and when it started; Infinity for never. */
function headsOf(lines: readonly Line[], starts: readonly Start[]) {
  const firstStarts = starts.filter(({ attempt }) => attempt === 1);
  const startOf = new Map(firstStarts.map((start) => [start.id, start.at]));
  const lastStart = new Map<string, number>();
  const accepted = lines.filter((line) => line.event === 'accepted');
  return accepted.map(({ id, tenant, at }) => {
    const startAt = startOf.get(id) ?? Number.POSITIVE_INFINITY;
    const readyAt = Math.max(at, lastStart.get(tenant) ?? 0);
    lastStart.set(tenant, startAt);
    return { id, tenant, readyAt, startAt };
  });
}

function mostOfOne(starts: readonly Start[]): number {
  const counts = new Map<string, number>();
  for (const { tenant } of starts) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
