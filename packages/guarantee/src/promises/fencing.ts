import { challenges } from '../checks/challenges.ts';
import { check } from '../checks/checker.ts';
import { SWALLOWED } from '../faults/network-faults.ts';
import type { Guarantee } from '../promise.ts';
import { summarise } from '../summary.ts';
import { weather } from '../storm.ts';

/** Fewer would show too little. */
const LEAST_CHALLENGES = 10;

export const fencing: Guarantee = {
  id: 'P3',
  text: 'A worker that lost its lease can no longer settle, send a callback or free a slot',
  async run(trial) {
    const { history, freezes, faults } = await weather(trial, {
      leaseMs: 300,
      kills: [],
      freezes: ['worker'],
      faults: trial.target.faults.filter(({ name }) => name === SWALLOWED),
      isEnough: (lines) => challenges(lines) >= LEAST_CHALLENGES,
    });
    const late = challenges(history);
    const untried = late < LEAST_CHALLENGES ? `${LEAST_CHALLENGES} such outcomes` : undefined;
    return {
      tried: `${freezes} workers frozen past their lease, ${faults} times replies swallowed, ${late} outcomes sent while another held the lease`,
      ...summarise(check(history), untried),
    };
  },
};
