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
import { tenantName } from '../tenants.ts';

/** A handler finishes steps rarely: an answer that is there ends every wait for it. */
const entries = fc.subarray(['m', 'n', 'm', 'n', 'm', 'n', '=m'], { maxLength: 2 });
const names = fc.subarray(['m', 'n']);
/** A call without an answer is sent again. */
const times = fc.constantFrom(1, 1, 2);

/** A handler reads its journal. */
export const recall: fc.Arbitrary<ProtocolCommand> = ofClaim(pickOne, 'recall', async (stage) => {
  const { model, world, claim, lease, note } = stage;
  const expected = recallModel(model, claim);
  note(`→ ${JSON.stringify(expected) ?? 'lost'}`);
  const found = world.journals.recall(lease);
  if (!expected) return expect(found).rejects.toMatchObject({ code: 'LEASE_LOST' });
  const { '': _size, ...fields } = Object.fromEntries(await found);
  expect(fields).toEqual(expected);
});

/** A handler writes entries, and may begin to wait. */
export const record: fc.Arbitrary<ProtocolCommand> = fc
  .record({ pick: pickOne, entries, awaited: names, times })
  .chain(({ pick, entries, awaited, times }) => {
    const what = `record ${entries.join(' ')}${awaited.length > 0 ? `, wait for ${awaited.join(' or ')}` : ''}`;
    return ofClaim(fc.constant(pick), `${what}${again(times)}`, async (stage) => {
      const { model, world, claim, lease, note } = stage;
      const fields = Object.fromEntries(entries.map((field) => [field, `"${model.nowMs}"`]));
      for (let n = 0; n < times; n += 1) {
        const expected = recordModel(model, claim, { fields, awaited });
        note(`→ ${expected}`);
        const recorded = world.journals.record(lease, fields, awaited);
        if (expected === 'lost')
          await expect(recorded).rejects.toMatchObject({ code: 'LEASE_LOST' });
        else expect(await recorded).toBe(expected);
      }
      model.forgetIdle();
    });
  });

/** A handler that waited goes on. */
export const resume: fc.Arbitrary<ProtocolCommand> = fc
  .record({ pick: pickOne, names, times })
  .chain(({ pick, names, times }) =>
    ofClaim(fc.constant(pick), `resume${again(times)}`, async (stage) => {
      const { model, world, claim, lease, note } = stage;
      for (let n = 0; n < times; n += 1) {
        const expected = resumeModel(model, claim, names);
        note(`→ ${expected?.status ?? 'lost'} ${[...(expected?.answers.keys() ?? [])].join(' ')}`);
        const resumed = world.journals.resume(lease, names);
        if (expected) expect(await resumed).toEqual(expected);
        else await expect(resumed).rejects.toMatchObject({ code: 'LEASE_LOST' });
      }
    }),
  );

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

function ofClaim(
  pick: fc.Arbitrary<Pick>,
  text: string,
  act: (held: Held) => Promise<void>,
): fc.Arbitrary<ProtocolCommand> {
  return pick.map((picked) =>
    commandOf({
      text,
      isPossible: ({ claims }) => claims.length > 0,
      act: async (stage) => {
        const claim = pickClaim(stage.model, picked);
        const index = claim ? stage.model.claims.indexOf(claim) : -1;
        const claimed = stage.world.claimed[index];
        if (!claim || !claimed) return stage.note('(nobody)');
        stage.note(`of ${claim.action.id} (claim ${index})`);
        await act({ ...stage, claim, lease: claimed.lease });
      },
    }),
  );
}
