import { check } from '../checks/checker.ts';
import { SWALLOWED } from '../faults/network-faults.ts';
import type { Guarantee } from '../promise.ts';
import { summarise } from '../summary.ts';
import { weather } from '../storm.ts';

export const fencing: Guarantee = {
  id: 'P3',
  text: 'A worker that lost its lease can no longer settle, send a callback or free a slot',
  async run(trial) {
    const { history, freezes, faults } = await weather(trial, {
      leaseMs: 300,
      kills: [],
      freezes: ['worker'],
      faults: trial.target.faults.filter(({ name }) => name === SWALLOWED),
    });
    const lost = history.filter((line) => line.event === 'lost').length;
    const findings = check(history);
    return {
      tried: `${freezes} workers frozen past their lease, ${faults} times replies swallowed, ${lost} outcomes dropped`,
      ...summarise(findings),
      ...(lost === 0 && { held: false, worst: 'no frozen worker held an action' }),
    };
  },
};
