import type { Line } from '../journal.ts';
import type { Finding } from './checker.ts';

const MINUTE_MS = 60_000;

/** When an action was admitted: after it was sent, before that was known. Unix ms. */
export interface Admission {
  readonly from: number;
  readonly to: number;
}

/**
 * Tenants of whom more than `perMinute` actions were admitted within some minute for certain: each was
 * sent after that minute began and was known to be accepted before it ended.
 */
export function overAdmitted(lines: readonly Line[], perMinute: number): Finding[] {
  return [...admissionsOf(lines)].flatMap(([id, admissions]): Finding[] =>
    mostInAMinute(admissions) > perMinute ? [{ what: 'over-admitted', id, lines: [] }] : [],
  );
}

/** The admissions of each tenant. */
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

/** Most admissions that lie within one minute wholly. */
export function mostInAMinute(admissions: readonly Admission[]): number {
  const counts = admissions.map(
    ({ from }) =>
      admissions.filter((other) => other.from >= from && other.to < from + MINUTE_MS).length,
  );
  return Math.max(0, ...counts);
}
