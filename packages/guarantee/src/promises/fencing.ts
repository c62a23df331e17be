import { check } from '../checks/checker.ts';
import { outcomesAfterTakeover } from '../checks/coverage.ts';
import { SWALLOWED } from '../faults/network-faults.ts';
import { runUnderFaults, type FaultRun } from '../scenario/run-under-faults.ts';
import type { Trial } from '../scenario/trial.ts';
import type { Guarantee } from './guarantee.ts';
import { tryInFlight, type InFlight } from './in-flight.ts';
import { reportOf } from './report.ts';

/** Minimum number of outcomes sent while another worker held the lease. */
const MIN_OUTCOMES = 10;

/** Used when the promise is already broken. */
const NOT_RUN: FaultRun = { history: [], kills: 0, freezes: 0, faults: 0 };

export const fencing: Guarantee = {
  id: 'P3',
  text: 'A worker that lost its lease can no longer settle, send a callback or free a slot, and the same call sent twice acts once, however many are in flight',
  async run(trial) {
    const inFlight = await tryInFlight(trial);
    const isBroken = inFlight.findings.length > 0;
    const { history, freezes, faults } = isBroken ? NOT_RUN : await disturb(trial);
    const outcomes = outcomesAfterTakeover(history);
    return {
      tried: `of ${inFlight.sent} actions sent without waiting, ${inFlight.late} had ended when the connection was cut before their replies; ${freezes} workers frozen past their lease, replies swallowed ${faults} times, ${outcomes} outcomes sent while another worker held the lease`,
      ...reportOf([...inFlight.findings, ...check(history)], untestedOf(outcomes, inFlight)),
    };
  },
};

/** Freezes workers past their lease, so that they return with outcomes. */
async function disturb(trial: Trial): Promise<FaultRun> {
  return runUnderFaults(trial, {
    leaseMs: 300,
    kills: [],
    freezes: ['worker'],
    faults: trial.target.faults.filter(({ name }) => name === SWALLOWED),
    isEnough: (lines) => outcomesAfterTakeover(lines) >= MIN_OUTCOMES,
  });
}

function untestedOf(outcomes: number, { late, least }: InFlight): string | undefined {
  if (late < least) return `fewer than ${least} actions lost their replies`;
  return outcomes < MIN_OUTCOMES ? `fewer than ${MIN_OUTCOMES} outcomes of lost leases` : undefined;
}
