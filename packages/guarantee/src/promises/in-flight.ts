import { BULK_SHARES, BY_DAY, BY_MINUTE } from '../actors/bulk-tenants.ts';
import { answeredLate } from '../checks/challenges.ts';
import { check, isBroken, type Finding } from '../checks/checker.ts';
import { admissionsOf } from '../checks/over-admission.ts';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import type { Line } from '../journal.ts';
import type { Trial } from '../promise.ts';
import { Scene } from '../scene.ts';

/**
 * In flight at once. Even few are many times the calls that Redis remembers; a long run sends as many as `enqueueMany`
 * may be given in practice.
 */
const FEW = 1_000;
const MANY = 10_000;
/** Nothing is frozen or killed, so that whatever runs twice does so because of a call that was sent again. */
const LEASE_MS = 10_000;
const SLOTS = 100;
const STANDSTILL_MS = 10_000;
const MINUTE_MS = 60_000;

/** What came of calls whose replies were lost. */
export interface InFlight {
  readonly findings: readonly Finding[];
  /** Actions that had ended before their sender lost its connection, and were answered after it. */
  readonly late: number;
  /** Fewer would show too little. */
  readonly least: number;
  readonly sent: number;
}

/**
 * Thousands of enqueues in flight, again and again, whose replies are lost after everything has run: sent again,
 * they must say what they said and do nothing. Some are limited; a refusal said twice must charge nothing.
 */
export async function tryInFlight(trial: Trial): Promise<InFlight> {
  const actions = trial.seconds >= LONG_RUN_SECONDS ? MANY : FEW;
  // Used up by what the second half of the rounds sends.
  const limit = Math.floor((1.5 * actions) / BULK_SHARES.length);
  const scene = await Scene.open(trial, LEASE_MS);
  try {
    for (const name of ['worker', 'worker', 'caller'] as const) {
      scene.start(name, { concurrency: SLOTS });
    }
    const limits = { perMinute: limit, perDay: limit };
    await scene.start('bulk-producer', { bulk: { actions, limits } }).ended();
    if (!isBroken(scene.history())) await scene.drain(STANDSTILL_MS);
    const history = scene.history();
    return {
      findings: [...check(history), ...misadmitted(history, limit)],
      late: answeredLate(history),
      least: actions / 2,
      sent: history.filter(({ event }) => event === 'sent').length,
    };
  } finally {
    await scene.close();
  }
}

/** Tenants who were not admitted exactly their limit, although nobody failed to be told. */
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
