import { check } from '../checks/checker.ts';
import { deathsAfterSettling } from '../checks/coverage.ts';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import type { Line } from '../journal/journal.ts';
import { runUnderFaults } from '../scenario/run-under-faults.ts';
import { faultsThatKeepWrites } from '../target/target.ts';
import type { Guarantee } from './guarantee.ts';
import { reportOf } from './report.ts';

export const nothingLost: Guarantee = {
  id: 'P1',
  text: 'An accepted action, and the callback of a finished one, is never lost',
  async run(trial) {
    const kills = ['producer', 'worker', 'worker', 'caller', 'requester'] as const;
    const freezes = ['producer', 'worker', 'caller'] as const;
    const isLong = trial.seconds >= LONG_RUN_SECONDS;
    const faults = isLong ? faultsThatKeepWrites(trial.target) : trial.target.faults;
    const run = await runUnderFaults(trial, {
      leaseMs: 1_000,
      kills,
      freezes,
      faults,
      isEnough: (lines) => untestedIn(lines) === undefined,
    });
    const count = (event: string): number =>
      run.history.filter((line) => line.event === event).length;
    const processes = `${run.kills} processes killed, ${run.freezes} frozen`;
    const others = faults.length === 0 ? '' : `, ${run.faults} faults of Redis`;
    const tried = `${count('accepted')} accepted, ${count('answered')} answered, ${processes}${others}`;
    return { tried, ...reportOf(check(run.history), untestedIn(run.history)) };
  },
};

function untestedIn(history: readonly Line[]): string | undefined {
  if (!history.some(({ event }) => event === 'answered')) return 'no request was answered';
  if (deathsAfterSettling(history) > 0) return undefined;
  return 'no worker died between a settlement and its callback';
}
