import { deathsAfterSettling } from '../checks/challenges.ts';
import { check } from '../checks/checker.ts';
import type { Line } from '../journal.ts';
import type { Guarantee } from '../promise.ts';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import { summarise } from '../summary.ts';
import { weather } from '../storm.ts';
import { faultsThatKeepWrites } from '../target.ts';

export const nothingLost: Guarantee = {
  id: 'P1',
  text: 'An accepted action, and the callback of a finished one, is never lost',
  async run(trial) {
    const kills = ['producer', 'worker', 'worker', 'caller', 'asker'] as const;
    const freezes = ['producer', 'worker', 'caller'] as const;
    const isLong = trial.seconds >= LONG_RUN_SECONDS;
    const faults = isLong ? faultsThatKeepWrites(trial.target) : trial.target.faults;
    const aftermath = await weather(trial, {
      leaseMs: 1_000,
      kills,
      freezes,
      faults,
      isEnough: (lines) => deathsAfterSettling(lines) > 0,
    });
    const count = (event: string): number =>
      aftermath.history.filter((line) => line.event === event).length;
    const processes = `${aftermath.kills} processes killed, ${aftermath.freezes} frozen`;
    const others = faults.length === 0 ? '' : `, ${aftermath.faults} faults of Redis`;
    const tried = `${count('accepted')} accepted, ${count('answered')} answered, ${processes}${others}`;
    return { tried, ...summarise(check(aftermath.history), untriedIn(aftermath.history)) };
  },
};

function untriedIn(history: readonly Line[]): string | undefined {
  if (!history.some(({ event }) => event === 'answered')) return 'no call was answered';
  if (deathsAfterSettling(history) > 0) return undefined;
  return 'no worker died between a settlement and its callback';
}
