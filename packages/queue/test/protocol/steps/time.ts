import fc from 'fast-check';
import { nextDueMs } from '../claim-model.ts';
import { worker } from '../picks.ts';
import { LEASE_MS } from '../protocol-model.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import { look } from './claim.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

/** A lease and its thirds, a retry, a window, a retention, the time for repeating calls, and the age of a dead letter. */
const SPANS = [
  ...[10, 10, 20, 30, 30, 60, 600].map((seconds) => seconds * SECOND_MS),
  60 * SECOND_MS + 1,
  HOUR_MS,
  23 * HOUR_MS,
  DAY_MS,
  14 * DAY_MS,
];

const forward: fc.Arbitrary<ProtocolCommand> = fc
  .constantFrom(...SPANS)
  .map((ms) => commandOf({ text: `${ms} ms pass`, act: async (stage) => pass(stage, ms) }));

/** Moves time to what falls due next, or to the millisecond before. */
const untilDue: fc.Arbitrary<ProtocolCommand> = fc.constantFrom(0, 0, 1).map((shortBy) =>
  commandOf({
    text: `time passes until ${shortBy === 0 ? '' : 'just before '}something is due`,
    isPossible: (model) => (nextDueMs(model) ?? 0) - shortBy > model.nowMs,
    act: async (stage) => passUntilDue(stage, shortBy),
  }),
);

/** No lease is renewed for its whole length, while a worker ticks often enough to reclaim them. */
export const expire: fc.Arbitrary<ProtocolCommand> = worker.map((worker) =>
  commandOf({
    text: `leases run out while worker ${worker} looks`,
    isPossible: ({ actions }) => [...actions.values()].some(({ state }) => state === 'active'),
    act: async (stage) => {
      for (const _third of [1, 2, 3]) {
        await pass(stage, LEASE_MS / 3);
        await look(stage, worker);
      }
    },
  }),
);

export const time: fc.Arbitrary<ProtocolCommand> = fc.oneof(forward, untilDue);

export async function passUntilDue(stage: Stage, shortBy = 0): Promise<void> {
  const { nowMs } = stage.model;
  await pass(stage, Math.max(1, (nextDueMs(stage.model) ?? 0) - shortBy - nowMs));
}

async function pass({ model, world, note }: Stage, ms: number): Promise<void> {
  model.nowMs += ms;
  note(`→ ${new Date(model.nowMs).toISOString()}`);
  await world.time.forward(ms);
}
