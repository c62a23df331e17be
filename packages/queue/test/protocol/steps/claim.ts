import fc from 'fast-check';
import { expect } from 'vitest';
import type { ClaimedAction } from '../../../src/broker.ts';
import type { Fate } from '../../unreliable.ts';
import type { Claim } from '../action.ts';
import {
  describeSettlements,
  settlePick,
  settlementsOf,
  worker,
  type SettlePick,
} from '../picks.ts';
import type { ProtocolModel } from '../protocol-model.ts';
import { roundTrip } from '../round-trip-model.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';

export interface ClaimDraft {
  readonly worker: number;
  readonly slots: number;
  readonly acceptSuspect: boolean;
  readonly expectsNone: boolean;
  readonly settles: readonly SettlePick[];
  readonly fate: Fate;
}

const ARRIVES = Array.from({ length: 10 }, () => 'arrives' as const);

const draft: fc.Arbitrary<ClaimDraft> = fc.record({
  worker,
  slots: fc.constantFrom(0, 1, 1, 1, 2, 3),
  acceptSuspect: fc.constantFrom(true, true, false),
  expectsNone: fc.boolean(),
  settles: fc.array(settlePick, { maxLength: 2 }),
  fate: fc.constantFrom<Fate>(...ARRIVES, 'is lost', 'answer is lost'),
});

/** One round trip of a worker that was woken. */
export const claim: fc.Arbitrary<ProtocolCommand> = draft.map((each) =>
  commandOf({ text: describe(each), act: async (stage) => claimAs(stage, each) }),
);

export async function claimAs({ model, world, note }: Stage, each: ClaimDraft): Promise<void> {
  const { slots, acceptSuspect, expectsNone } = each;
  const settlements = settlementsOf(model, each.settles);
  note(describeSettlements(model, settlements));
  const request = {
    slots,
    acceptSuspect,
    expectsNone,
    settlements: settlements.map((settlement) => world.settlementOf(model, settlement)),
  };
  // A worker that expects none was not woken.
  if (each.fate !== 'is lost' && !expectsNone) await takeToken({ model, world });
  const expected = roundTrip(model, { ...each, settlements });
  note(`→ ${expected.claims.map(({ action }) => action.id).join(' ') || 'nothing'}`);
  const { broker, course } = world.worker(each.worker);
  if (each.fate !== 'arrives') {
    course.push(each.fate);
    return expect(broker.claim(request)).rejects.toThrow('Redis');
  }
  const reply = await broker.claim(request);
  expect(reply.claimed.map(readClaimed)).toEqual(
    expected.claims.map((one) => claimedOf(model, one)),
  );
  expect(request.settlements.map((one) => reply.settled.get(one))).toEqual(expected.settled);
  expect(reply.dueInMs).toBe(expected.dueInMs);
  expect(reply.heldKeys ?? []).toEqual(expected.heldKeys);
  world.claimed.push(...reply.claimed);
}

/** A round trip that only ticks. */
export async function look(stage: Stage, worker: number): Promise<void> {
  const ticks = { slots: 0, acceptSuspect: false, expectsNone: false, settles: [] };
  await claimAs(stage, { worker, ...ticks, fate: 'arrives' });
  await stage.world.delivered();
}

/** The woken worker took the token; Redis adds another if one is needed. */
async function takeToken({ model, world }: Pick<Stage, 'model' | 'world'>): Promise<void> {
  await world.stored.client.del(world.stored.key('wake'));
  model.owesToken = false;
}

function readClaimed({
  lease,
  failures,
  stalls,
  redrives,
  suspect,
  waitedMs,
  retainMs,
  throttledMs,
  unhandledMs,
  expiresInMs,
}: ClaimedAction) {
  const { actionId, tenantId } = lease;
  // The model has no microseconds, by which the clock always increases.
  const waited = Math.round(waitedMs);
  const counters = { failures, stalls, redrives, retainMs, throttledMs, unhandledMs, expiresInMs };
  return { actionId, tenantId, ...counters, suspect, waited };
}

function claimedOf(model: ProtocolModel, { action }: Claim): ReturnType<typeof readClaimed> {
  const { id, tenant, failures, stalls, redrives, retainMs, sinceMs } = action;
  const since = (startMs: number) => (startMs === 0 ? 0 : model.nowMs - startMs);
  return {
    actionId: id,
    tenantId: tenant,
    failures,
    stalls,
    redrives,
    retainMs,
    throttledMs: since(action.throttledSinceMs),
    unhandledMs: since(action.unhandledSinceMs),
    expiresInMs: action.expiresMs === 0 ? undefined : action.expiresMs - model.nowMs,
    suspect: model.isSuspect(action),
    waited: model.nowMs - sinceMs,
  };
}

function describe({
  worker,
  slots,
  acceptSuspect,
  expectsNone,
  settles,
  fate,
}: ClaimDraft): string {
  return [
    `worker ${worker} claims ${slots}`,
    acceptSuspect ? '' : ' without suspects',
    settles.length > 0 ? ` and settles` : '',
    expectsNone && settles.length > 0 ? ' and looks' : '',
    fate === 'arrives' ? '' : `, which ${fate === 'is lost' ? 'is lost' : 'loses its answer'}`,
  ].join('');
}
