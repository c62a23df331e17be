import fc from 'fast-check';
import { expect } from 'vitest';
import type { ActionRef } from '../../../src/admission/receipt.ts';
import type { ProtocolModel } from '../protocol-model.ts';
import { commandOf, type ProtocolCommand } from '../step.ts';
import { tenantName } from '../tenants.ts';

/** An action that was ever enqueued, and the tenant that asks; undefined for an operator. */
const pick = fc.tuple(fc.nat(20), fc.option(tenantName, { nil: undefined, freq: 2 }));

export const cancel: fc.Arbitrary<ProtocolCommand> = pick.map(([nth, of]) =>
  commandOf({
    text: `cancel${of === undefined ? '' : ` as ${of}`}`,
    isPossible: ({ known }) => known.size > 0,
    act: async ({ model, world, note }) => {
      const id = idOf(model, nth);
      const expected = model.cancel(id, of);
      note(`${id} → ${expected}`);
      expect(await world.queues.cancel(refOf(id, of))).toBe(expected);
    },
  }),
);

/** Reads the state of an action. */
export const get: fc.Arbitrary<ProtocolCommand> = pick.map(([nth, of]) =>
  commandOf({
    text: `get${of === undefined ? '' : ` as ${of}`}`,
    isPossible: ({ known }) => known.size > 0,
    act: async ({ model, world, note }) => {
      const id = idOf(model, nth);
      const expected = snapshotOf(model, id, of);
      note(`${id} → ${JSON.stringify(expected)}`);
      const found = await world.queues.get(refOf(id, of));
      const { state, at, failures, stalls } = found ?? {};
      expect(found && { state, at, failures, stalls }).toEqual(expected);
    },
  }),
);

function refOf(actionId: string, tenantId: string | undefined): ActionRef {
  return { domain: 'embedding', actionId, ...(tenantId !== undefined && { tenantId }) };
}

function idOf({ known }: ProtocolModel, nth: number): string {
  return [...known][nth % known.size] ?? '';
}

function snapshotOf(model: ProtocolModel, id: string, of: string | undefined) {
  const state = model.stateOf(id, of);
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
