import fc from 'fast-check';
import { expect } from 'vitest';
import type { ModelSettlement } from '../action.ts';
import {
  describeSettlements,
  picks,
  pickClaim,
  settlePick,
  settlementsOf,
  worker,
} from '../picks.ts';
import { deliver } from '../round-trip-model.ts';
import { replyFirst, settle as settleModel, settleTold } from '../settle-model.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';

/** Attempts end, some of them under a claim that is no longer valid. */
export const settle: fc.Arbitrary<ProtocolCommand> = fc
  .tuple(worker, fc.array(settlePick, { minLength: 1, maxLength: 3 }))
  .map(([worker, settles]) =>
    commandOf({
      text: `worker ${worker} settles`,
      isPossible: ({ claims }) => claims.length > 0,
      act: async (stage) => {
        const settlements = settlementsOf(stage.model, settles);
        await settleAs(stage, worker, settlements);
      },
    }),
  );

export async function settleAs(
  { model, world, note }: Stage,
  worker: number,
  settlements: readonly ModelSettlement[],
): Promise<void> {
  note(describeSettlements(model, settlements));
  const given = settlements.map((settlement) => world.settlementOf(model, settlement));
  replyFirst(model, settlements);
  const expected = settleModel(model, settlements);
  settleTold(model, settlements, expected);
  deliver(model, worker, expected.callbackIds);
  note(`→ ${expected.results.join(', ')}`);
  const answers = await world.worker(worker).broker.settle(given);
  expect(given.map((each) => answers.get(each))).toEqual(expected.results);
}

/** A stopping worker releases its running actions, in the order of their claim. */
export const release: fc.Arbitrary<ProtocolCommand> = fc
  .tuple(worker, fc.option(picks, { nil: undefined, freq: 1 }))
  .map(([worker, picks]) =>
    commandOf({
      text: `worker ${worker} releases ${picks ? 'some' : 'all'}`,
      isPossible: ({ claims }) => claims.length > 0,
      act: async ({ model, world, note }) => {
        const held = model.claims.filter((claim) => claim.action.claim === claim);
        const claims = picks?.flatMap((pick) => pickClaim(model, pick) ?? []) ?? held;
        const settlements = claims
          .toReversed()
          .map((claim) => ({ claim, outcome: 'release' as const, delayMs: 0 }));
        note(describeSettlements(model, settlements));
        const given = claims.flatMap((claim) => world.claimed[model.claims.indexOf(claim)] ?? []);
        settleModel(model, settlements);
        await world.worker(worker).broker.release(given);
      },
    }),
  );
