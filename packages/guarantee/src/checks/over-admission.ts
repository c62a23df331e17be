import type { Line } from '../journal/journal.ts';
import type { Finding } from './finding.ts';

const MINUTE_MS = 60_000;

/** Bounds of the time of an admission: the action was sent, and its sender received the reply. Unix ms. */
export interface Admission {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds tenants of which more than `perMinute` actions were certainly admitted within one minute: all were sent after
 * its start and accepted before its end.
 */
export function overAdmitted(lines: readonly Line[], perMinute: number): Finding[] {
  return [...admissionsOf(lines)].flatMap(([id, admissions]): Finding[] =>
    mostInAMinute(admissions) > perMinute ? [{ what: 'over-admitted', id, lines: [] }] : [],
  );
}

/** Returns the admissions of each tenant. */
export function admissionsOf(lines: readonly Line[]): Map<string, Admission[]> {
  const sentAt = new Map(
    lines.flatMap((line) => (line.event === 'sent' ? [[line.id, line.at] as const] : [])),
  );
  const byTenant = new Map<string, Admission[]>();
  for (const line of lines) {
    if (line.event !== 'accepted') continue;
    const admission = { from: sentAt.get(line.id) ?? line.at, to: line.at };
    byTenant.set(line.tenant, [...(byTenant.get(line.tenant) ?? []), admission]);
  }
  return byTenant;
}

/** Maximum number of admissions that are entirely within one minute. */
export function mostInAMinute(admissions: readonly Admission[]): number {
  const counts = admissions.map(
    ({ from }) =>
      admissions.filter((other) => other.from >= from && other.to < from + MINUTE_MS).length,
  );
  return Math.max(0, ...counts);
}
