import { challenges } from '../checks/challenges.ts';
import { check } from '../checks/checker.ts';
import { SWALLOWED } from '../faults/network-faults.ts';
import type { Guarantee, Trial } from '../promise.ts';
import { summarise } from '../summary.ts';
import { weather, type Aftermath } from '../storm.ts';
import { tryInFlight, type InFlight } from './in-flight.ts';

/** Fewer would show too little. */
const LEAST_CHALLENGES = 10;

/** When the promise is broken already. */
const CALM: Aftermath = { history: [], kills: 0, freezes: 0, faults: 0 };

export const fencing: Guarantee = {
  id: 'P3',
  text: 'A worker that lost its lease can no longer settle, send a callback or free a slot, and the same call sent twice acts once, however many are in flight',
  async run(trial) {
    const inFlight = await tryInFlight(trial);
    const isBroken = inFlight.findings.length > 0;
    const { history, freezes, faults } = isBroken ? CALM : await disturb(trial);
    const late = challenges(history);
    return {
      tried: `of ${inFlight.sent} actions sent without waiting ${inFlight.late} had ended when the connection was cut before their replies; ${freezes} workers frozen past their lease, ${faults} times replies swallowed, ${late} outcomes sent while another held the lease`,
      ...summarise([...inFlight.findings, ...check(history)], untriedOf(late, inFlight)),
    };
  },
};

/** Workers are frozen past their lease, and come back with outcomes. */
async function disturb(trial: Trial): Promise<Aftermath> {
  return weather(trial, {
    leaseMs: 300,
    kills: [],
    freezes: ['worker'],
    faults: trial.target.faults.filter(({ name }) => name === SWALLOWED),
    isEnough: (lines) => challenges(lines) >= LEAST_CHALLENGES,
  });
}

function untriedOf(outcomes: number, { late, least }: InFlight): string | undefined {
  if (late < least) return `${least} actions whose replies are lost`;
  return outcomes < LEAST_CHALLENGES ? `${LEAST_CHALLENGES} outcomes of losers` : undefined;
}
