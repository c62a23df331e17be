import { check, isBroken } from '../checks/checker.ts';
import type { Finding } from '../checks/finding.ts';
import { answeredAfterCut } from '../checks/coverage.ts';
import { admissionsOf } from '../checks/over-admission.ts';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import type { Line } from '../journal/journal.ts';
import { BULK_SHARES, BY_DAY, BY_MINUTE } from '../load/bulk-tenants.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';

/**
 * Actions in flight per round. Even in the short run they need many times more calls than Redis stores answers; the long
 * run sends as many as a large `enqueueMany`.
 */
const SHORT_RUN = 1_000;
const LONG_RUN = 10_000;
/** No process is frozen or killed, so an action that runs twice does so because of a repeated call. */
const LEASE_MS = 10_000;
const SLOTS = 100;
const STANDSTILL_MS = 10_000;
const MINUTE_MS = 60_000;

/** Results of calls whose replies were lost. */
export interface InFlight {
  readonly findings: readonly Finding[];
  /** Number of actions that ended before their sender lost its connection, and whose enqueue returned after that. */
  readonly late: number;
  /** Minimum of `late`. */
  readonly least: number;
  readonly sent: number;
}

/**
 * Repeatedly has thousands of enqueues in flight whose replies are lost after all actions have run. The repeated calls
 * must return the first answer without any effect; a repeated refusal must charge nothing.
 */
export async function tryInFlight(trial: Trial): Promise<InFlight> {
  const actions = trial.seconds >= LONG_RUN_SECONDS ? LONG_RUN : SHORT_RUN;
  // Used up in the second half of the rounds.
  const limit = Math.floor((1.5 * actions) / BULK_SHARES.length);
  const group = await ProcessGroup.open(trial, LEASE_MS);
  try {
    for (const name of ['worker', 'worker', 'caller'] as const) {
      group.start(name, { concurrency: SLOTS });
    }
    const limits = { perMinute: limit, perDay: limit };
    await group.start('bulk-producer', { bulk: { actions, limits } }).ended();
    if (!isBroken(group.history())) await group.drain(STANDSTILL_MS);
    const history = group.history();
    return {
      findings: [...check(history), ...misadmitted(history, limit)],
      late: answeredAfterCut(history),
      least: actions / 2,
      sent: history.filter(({ event }) => event === 'sent').length,
    };
  } finally {
    await group.close();
  }
}

/** Finds tenants of which more or fewer actions than their limit were admitted; unknown results count as either. */
function misadmitted(history: readonly Line[], limit: number): Finding[] {
  const admissions = admissionsOf(history);
  const isShort = (history.at(-1)?.at ?? 0) - (history.at(0)?.at ?? 0) < MINUTE_MS;
  const exact = isShort ? [BY_DAY, BY_MINUTE] : [BY_DAY];
  return exact.flatMap(({ tenantId: id }): Finding[] => {
    const count = admissions.get(id)?.length ?? 0;
    const lines = history.filter((line) => line.event === 'refused' && line.tenant === id);
    const unknown = lines.filter((line) => 'code' in line && line.code === 'REDIS_UNAVAILABLE');
    if (count > limit) return [{ what: 'over-admitted', id, lines }];
    return count + unknown.length < limit ? [{ what: 'charged twice', id, lines }] : [];
  });
}
