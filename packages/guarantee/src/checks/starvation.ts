import type { Line } from '../journal.ts';
import type { Finding } from './checker.ts';

/** Turns of each other tenant that may come before a ready tenant's next. */
const MOST_BEFORE = 2;

type Start = Extract<Line, { event: 'started' | 'finished' }>;

/**
 * Tenants of one tier whose next action waited while some other tenant began more than two, and as many as
 * were in claims under way (`slots`) when it became ready. For histories in which nothing was disturbed.
 */
export function starved(lines: readonly Line[], slots: number): Finding[] {
  const starts = lines.filter((line): line is Start => line.event === 'started');
  const findings = headsOf(lines, starts).filter(({ tenant, readyAt, startAt }) => {
    const between = starts.filter(
      (start) => start.tenant !== tenant && start.at > readyAt && start.at < startAt,
    );
    return mostOfOne(between) > MOST_BEFORE + slots;
  });
  return findings.map(({ id }) => ({
    what: 'starved',
    id,
    lines: lines.filter((line) => 'id' in line && line.id === id),
  }));
}

/** When each action was at the head of its tenant's queue, and when it began. Infinity for never. */
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
