import fc from 'fast-check';
import { expect } from 'vitest';
import type { ClaimedAction } from '../../../src/broker.ts';
import type { Claim } from '../action.ts';
import {
  answer as answerModel,
  recall as recallModel,
  record as recordModel,
  resume as resumeModel,
} from '../journal-model.ts';
import { pickClaim, pickOne, type Pick } from '../picks.ts';
import type { ProtocolModel } from '../protocol-model.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import { claimAs } from './claim.ts';
import { tenantName } from '../tenants.ts';

/** A handler finishes steps rarely: an answer that is there ends every wait for it. */
const entries = fc.subarray(['m', 'n', 'm', 'n', 'm', 'n', '=m'], { maxLength: 2 });
const names = fc.subarray(['m', 'n']);
/** One claim, or all. */
const pick = fc.option(pickOne, { nil: undefined, freq: 2 });
/** A call without an answer is sent again. */
const times = fc.constantFrom(1, 1, 2);

const recallOne = async (stage: Held): Promise<void> => {
  const { model, world, claim, lease, note } = stage;
  const expected = recallModel(model, claim);
  note(`→ ${JSON.stringify(expected) ?? 'lost'}`);
  const found = world.journals.recall(lease);
  if (!expected) return expect(found).rejects.toMatchObject({ code: 'LEASE_LOST' });
  const { '': _size, ...fields } = Object.fromEntries(await found);
  expect(fields).toEqual(expected);
};

/** A handler reads its journal. */
export const recall: fc.Arbitrary<ProtocolCommand> = pickOne.map((pick) =>
  ofClaims(pick, 'recall', { act: recallOne }),
);

/** Handlers write entries, and may begin to wait. */
export const record: fc.Arbitrary<ProtocolCommand> = fc
  .record({ pick, entries, awaited: names, times })
  .map(({ pick, entries, awaited, times }) => {
    const waits = awaited.length > 0 ? `, wait for ${awaited.join(' or ')}` : '';
    return ofClaims(pick, `record ${entries.join(' ')}${waits}${again(times)}`, {
      act: async (held) => {
        for (let n = 0; n < times; n += 1) await recordOne(held, { entries, awaited });
      },
    });
  });

async function recordOne(
  { model, world, claim, lease, note }: Held,
  { entries, awaited }: { entries: readonly string[]; awaited: readonly string[] },
): Promise<void> {
  const textOf = (field: string): string => `${field === 'm' ? 'wait' : 'step'} ${model.nowMs}`;
  const fields = Object.fromEntries(entries.map((field) => [field, textOf(field)]));
  const expected = recordModel(model, claim, { fields, awaited });
  model.forgetIdle();
  note(`→ ${expected}`);
  const recorded = world.journals.record(lease, fields, awaited);
  if (expected === 'lost') await expect(recorded).rejects.toMatchObject({ code: 'LEASE_LOST' });
  else expect(await recorded).toBe(expected);
}

/** Handlers that waited go on. */
export const resume: fc.Arbitrary<ProtocolCommand> = fc
  .record({ pick, names, times })
  .map(({ pick, names, times }) =>
    ofClaims(pick, `resume${again(times)}`, {
      among: ({ action }) => action.waits,
      act: async (held) => {
        for (let n = 0; n < times; n += 1) await resumeOne(held, names);
      },
    }),
  );

async function resumeOne(
  { model, world, claim, lease, note }: Held,
  names: readonly string[],
): Promise<void> {
  const expected = resumeModel(model, claim, names);
  note(`→ ${expected?.status ?? 'lost'} ${[...(expected?.answers.keys() ?? [])].join(' ')}`);
  const resumed = world.journals.resume(lease, names);
  if (expected) expect(await resumed).toEqual(expected);
  else await expect(resumed).rejects.toMatchObject({ code: 'LEASE_LOST' });
}

/** While all handlers wait, others take their slots, and their caps. */
export const contend: fc.Arbitrary<ProtocolCommand> = fc.constant(
  commandOf({
    text: 'all handlers wait, others are claimed, and all resume:',
    isPossible: ({ claims }) => claims.some((claim) => claim.action.claim === claim),
    act: async (stage) => {
      const held = stage.model.claims.filter((claim) => claim.action.claim === claim);
      const leases = held.map((claim) => heldOf(stage, claim));
      for (const each of leases) await recordOne(each, { entries: [], awaited: ['m'] });
      const request = { worker: 0, slots: 3, acceptSuspect: true, expectsNone: false, settles: [] };
      await claimAs(stage, { ...request, fate: 'arrives' });
      for (const each of leases) await resumeOne(each, ['m', 'n']);
    },
  }),
);

function heldOf(stage: Stage, claim: Claim): Held {
  const claimed = stage.world.claimed[stage.model.claims.indexOf(claim)];
  if (!claimed) throw new Error(`Unknown claim of ${claim.action.id}`);
  return { ...stage, claim, lease: claimed.lease };
}

/** The outcome of a child, or a signal, for an action that was ever enqueued. */
export const answer: fc.Arbitrary<ProtocolCommand> = fc
  .record({
    nth: fc.nat(20),
    prefersWaiting: fc.constantFrom(true, true, false),
    of: fc.option(tenantName, { nil: undefined, freq: 2 }),
    name: fc.constantFrom('m', 'n'),
    isSignal: fc.boolean(),
    times,
  })
  .map(({ nth, prefersWaiting, of, name, isSignal, times }) =>
    commandOf({
      text: `${isSignal ? 'signal' : 'answer'} ${name}${of === undefined ? '' : ` as ${of}`}${again(times)}`,
      isPossible: ({ known }) => known.size > 0,
      act: async ({ model, world, note }) => {
        const id = targetOf(model, nth, prefersWaiting);
        const value = model.nowMs;
        const text = JSON.stringify(
          isSignal ? { status: 'signal', value } : { status: 'done', value },
        );
        for (let n = 0; n < times; n += 1) {
          // A child knows the tenant of its parent.
          const tenantId = of ?? (isSignal ? undefined : (model.actions.get(id)?.tenant ?? 'a'));
          const expected = answerModel(model, { id, of: tenantId, name, text });
          note(`${id} → ${expected}`);
          if (isSignal) {
            const ref = {
              domain: 'embedding',
              actionId: id,
              ...(of !== undefined && { tenantId: of }),
            };
            expect(await world.queues.signal(ref, name, value)).toBe(SIGNALLED[expected]);
          } else {
            expect(await world.answer({ actionId: id, name, tenantId: tenantId ?? '', text })).toBe(
              expected,
            );
          }
        }
      },
    }),
  );

const SIGNALLED = { stored: 'accepted', before: 'already', unknown: 'unknown' } as const;

function again(times: number): string {
  return times === 1 ? '' : ' twice';
}

/** Half of the answers are for those who wait for one. */
function targetOf(model: ProtocolModel, nth: number, prefersWaiting: boolean): string {
  const waiting = [...model.actions.values()].filter(({ waits, isParked }) => waits || isParked);
  const ids = prefersWaiting && waiting.length > 0 ? waiting.map(({ id }) => id) : [...model.known];
  return ids[nth % ids.length] ?? '';
}

interface Held extends Stage {
  readonly claim: Claim;
  readonly lease: ClaimedAction['lease'];
}

/** Runs a step for one claim, or for all that are held, of which a step may choose. */
function ofClaims(
  pick: Pick | undefined,
  text: string,
  { act, among = () => true }: HeldStep,
): ProtocolCommand {
  const claimsIn = (model: ProtocolModel): readonly Claim[] => {
    if (pick) return [pickClaim(model, pick) ?? []].flat();
    return model.claims.filter((claim) => claim.action.claim === claim && among(claim));
  };
  return commandOf({
    text: pick ? text : `all ${text}`,
    isPossible: (model) => claimsIn(model).length > 0,
    act: async (stage) => {
      for (const claim of claimsIn(stage.model)) {
        stage.note(`of ${claim.action.id} (claim ${stage.model.claims.indexOf(claim)})`);
        await act(heldOf(stage, claim));
      }
    },
  });
}

interface HeldStep {
  readonly act: (held: Held) => Promise<void>;
  readonly among?: (claim: Claim) => boolean;
}
