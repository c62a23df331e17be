import fc from 'fast-check';
import { expect } from 'vitest';
import { inOrder } from '../action.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';

type Verb = 'redrive' | 'discard';

const verb = fc.constantFrom<Verb>('redrive', 'redrive', 'discard');
const hasDead = ({ actions }: Stage['model']): boolean =>
  [...actions.values()].some(({ state }) => state === 'dead');

/** All dead letters, or some ids, including ids of other actions. */
export const deadLetters: fc.Arbitrary<ProtocolCommand> = fc
  .tuple(
    verb,
    fc.option(fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 1 }),
  )
  .map(([verb, picks]) =>
    commandOf({
      text: `${verb} ${picks ? 'some' : 'all'} dead letters`,
      isPossible: hasDead,
      act: async (stage) => move(stage, verb, picks),
    }),
  );

export async function move(
  { model, world, note }: Stage,
  verb: Verb,
  picks: readonly number[] | undefined,
): Promise<void> {
  const letters = world.queues.deadLetters('embedding');
  const dead = inOrder(model.actions.values(), 'dead');
  const listed = await letters.list();
  expect(
    listed.map(({ actionId, failures, stalls, redrives }) => [
      actionId,
      failures,
      stalls,
      redrives,
    ]),
  ).toEqual(dead.map(({ id, failures, stalls, redrives }) => [id, failures, stalls, redrives]));
  const actionIds = picks?.flatMap((nth) => [...model.known][nth % model.known.size] ?? []);
  const ids = actionIds ?? dead.map(({ id }) => id);
  const expected = model.moveDead(verb, ids);
  note(`${ids.join(' ')} → ${expected}`);
  expect(await letters[verb](actionIds ? { actionIds } : { all: true })).toBe(expected);
}
