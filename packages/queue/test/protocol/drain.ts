import { expect } from 'vitest';
import { audit } from '../audit.ts';
import type { ProtocolModel } from './protocol-model.ts';
import { runStep, type Run, type Stage } from './step.ts';
import { claimAs } from './steps/claim.ts';
import { move } from './steps/dead-letters.ts';
import { setPaused } from './steps/pause.ts';
import { handleCallbacks } from './steps/people.ts';
import { settleAs } from './steps/settle.ts';
import { passUntilDue } from './steps/time.ts';

const MOST_ROUNDS = 100;

/** Resumes everything, runs all actions to their end, and checks that nothing is left. */
export async function drain(run: Run): Promise<void> {
  const { model, world } = run;
  const step = async (text: string, act: (stage: Stage) => Promise<void>) =>
    runStep(run, { text, act });
  const resumed = { paused: false, admission: false };
  await step('resume everybody', async (stage) => {
    for (const tenant of [undefined, ...Object.keys(model.tenants)]) {
      await setPaused(stage, tenant, resumed);
    }
  });
  const take = {
    worker: 0,
    slots: 50,
    acceptSuspect: true,
    expectsNone: false,
    settles: [],
    fate: 'arrives' as const,
  };
  for (let round = 0; !isOver(model); round += 1) {
    expect(round, 'rounds until everything ended').toBeLessThan(MOST_ROUNDS);
    await step('claim', async (stage) => claimAs(stage, take));
    await step('settle', async (stage) => settleAs(stage, 0, heldBy(stage)));
    await step('time passes until something is due', async (stage) => passUntilDue(stage));
  }
  await step('discard all dead letters', async (stage) => move(stage, 'discard', undefined));
  await step('the caller handles its callbacks', handleCallbacks);
  expect(await audit(world.stored)).toEqual([]);
  const left = [
    'actions',
    'run',
    'held',
    'profiles',
    'counts',
    'messages',
    'deaths',
    'bookings',
    'inflight',
    'awaiting',
    'depth',
    'attempts',
  ] as const;
  expect(await world.stored.sequences()).toEqual(new Map());
  for (const name of left) {
    const { trimmed: _trimmed, reclaimed: _reclaimed, ...rest } = await world.stored.hash(name);
    expect([name, rest]).toEqual([name, {}]);
  }
}

/** True if nothing is in progress, and nothing is left of cancelled actions. */
function isOver({ actions, outbox, scheduler, suspects }: ProtocolModel): boolean {
  const goesOn = [...actions.values()].some(({ state }) => state !== 'dead');
  const waits = suspects.length > 0 || [1, 2, 3, 4].some((tier) => scheduler.queuesIn(tier) > 0);
  return !goesOn && !waits && outbox.dueTimes.size === 0;
}

function heldBy({ model }: Stage) {
  const held = model.claims.filter((claim) => claim.action.claim === claim);
  return held.map((claim) => {
    const outcome = claim.action.isCancelled ? ('cancelled' as const) : ('done' as const);
    return { claim, outcome, delayMs: 0 };
  });
}
