import fc from 'fast-check';
import { expect } from 'vitest';
import type { ProtocolModel } from '../protocol-model.ts';
import { commandOf, type ProtocolCommand } from '../step.ts';

const pick = fc.nat(20);

export const cancel: fc.Arbitrary<ProtocolCommand> = pick.map((nth) =>
  commandOf({
    text: 'cancel',
    isPossible: ({ known }) => known.size > 0,
    act: async ({ model, world, note }) => {
      const actionId = idOf(model, nth);
      const expected = model.cancel(actionId);
      note(`${actionId} → ${expected}`);
      expect(await world.queues.cancel({ domain: 'embedding', actionId })).toBe(expected);
    },
  }),
);

/** Asks where an action stands. */
export const get: fc.Arbitrary<ProtocolCommand> = pick.map((nth) =>
  commandOf({
    text: 'get',
    isPossible: ({ known }) => known.size > 0,
    act: async ({ model, world, note }) => {
      const actionId = idOf(model, nth);
      const expected = snapshotOf(model, actionId);
      note(`${actionId} → ${JSON.stringify(expected)}`);
      const found = await world.queues.get({ domain: 'embedding', actionId });
      const { state, at, failures, stalls } = found ?? {};
      expect(found && { state, at, failures, stalls }).toEqual(expected);
    },
  }),
);

function idOf({ known }: ProtocolModel, nth: number): string {
  return [...known][nth % known.size] ?? '';
}

function snapshotOf(model: ProtocolModel, id: string) {
  const state = model.stateOf(id);
  if (state === undefined) return undefined;
  const stored = model.actions.get(id);
  if (!stored) return { state, failures: 0, stalls: 0 };
  const { atMs, failures, stalls } = stored;
  return {
    state,
    failures,
    stalls,
    ...(state !== 'waiting' && { at: new Date(atMs).toISOString() }),
  };
}
