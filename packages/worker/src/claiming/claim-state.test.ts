import { describe, expect, it } from 'vitest';
import { ClaimState, type Load } from './claim-state.ts';

const NONE_AHEAD = { size: 0, most: 0, mustGoBack: false };
const IDLE: Load = { slotsHeld: 0, ahead: NONE_AHEAD, hasSuspect: false, settlements: 0 };

function started(concurrency = 8): ClaimState {
  const state = new ClaimState(concurrency);
  state.start();
  return state;
}

/** Returns the slots of all calls that the state makes now. */
function slotsOf(state: ClaimState, load = IDLE): number[] {
  const slots: number[] = [];
  for (let call = state.nextCall(load); call; call = state.nextCall(load)) slots.push(call.slots);
  return slots;
}

/** Returns, for two calls, whether each accepts a suspect while there is more work than slots. */
function suspectsAccepted(load: Load): boolean[] {
  const state = started();
  const first = state.nextCall(load);
  if (first) state.answered(first, { accepted: 8, refusedSuspect: false });
  return [state.nextCall(load), state.nextCall(load)].map((call) => call?.acceptSuspect === true);
}

describe('a claim loop', () => {
  it('makes no call before it starts and after it is closed', () => {
    const state = new ClaimState(8);
    expect(slotsOf(state)).toEqual([]);
    state.start();
    state.close();
    expect(slotsOf(state)).toEqual([]);
  });

  it('asks for every free slot once, and for none that is held', () => {
    expect(slotsOf(started())).toEqual([8]);
    expect(slotsOf(started(), { ...IDLE, slotsHeld: 3 })).toEqual([5]);
  });

  it('calls once without a slot when it is due, then not again', () => {
    const state = started();
    expect(slotsOf(state, { ...IDLE, slotsHeld: 8 })).toEqual([0]);
    expect(slotsOf(state, { ...IDLE, slotsHeld: 8 })).toEqual([]);
    state.woken();
    expect(slotsOf(state, { ...IDLE, slotsHeld: 8 })).toEqual([0]);
  });

  it('rests after a claim that left slots free, until it is woken', () => {
    const state = started();
    const call = state.nextCall(IDLE);
    if (call) state.answered(call, { accepted: 3, refusedSuspect: false });
    expect(slotsOf(state, { ...IDLE, slotsHeld: 3 })).toEqual([]);
    state.woken();
    expect(slotsOf(state, { ...IDLE, slotsHeld: 3 })).toEqual([5]);
  });

  it('halves the slots between two calls while the queue fills them', () => {
    const state = started();
    const call = state.nextCall(IDLE);
    if (call) state.answered(call, { accepted: 8, refusedSuspect: false });
    expect(slotsOf(state)).toEqual([4, 4]);
  });

  it('asks for all slots again after a failure: the next claim may repeat the last one', () => {
    const state = started();
    const call = state.nextCall(IDLE);
    if (call) state.answered(call, { accepted: 8, refusedSuspect: false });
    const next = state.nextCall(IDLE);
    expect(state.failed(next)).toBe(1);
    expect(slotsOf(state)).toEqual([]);
    state.woken();
    expect(slotsOf(state)).toEqual([8]);
  });

  it('counts failures in a row, each rest once', () => {
    const state = started();
    expect([state.failed(), state.failed()]).toEqual([1, undefined]);
    state.woken();
    expect(state.failed()).toBe(2);
    state.woken();
    const call = state.nextCall(IDLE);
    if (call) state.answered(call, { accepted: 0, refusedSuspect: false });
    expect(state.failed()).toBe(1);
  });

  it('accepts one suspect at a time, over all calls', () => {
    expect(suspectsAccepted(IDLE)).toEqual([true, false]);
    expect(suspectsAccepted({ ...IDLE, hasSuspect: true })).toEqual([false, false]);
  });

  it('claims ahead of its free slots as much as it may, less what waits and what is requested', () => {
    const ahead = { size: 3, most: 16, mustGoBack: false };
    const state = started();
    const call = state.nextCall({ ...IDLE, slotsHeld: 8, ahead });
    expect(call).toMatchObject({ slots: 13, mayWait: true });
    state.woken();
    expect(slotsOf(state, { ...IDLE, slotsHeld: 8, ahead })).toEqual([0]);
  });

  it('claims nothing ahead while a suspect runs', () => {
    const ahead = { size: 0, most: 16, mustGoBack: false };
    const call = started().nextCall({ ...IDLE, slotsHeld: 1, ahead, hasSuspect: true });
    expect(call).toMatchObject({ slots: 7, mayWait: false });
  });

  it('claims nothing ahead after it gave a suspect back, until it has offered a slot to one', () => {
    const ahead = { size: 0, most: 16, mustGoBack: false };
    const state = started(1);
    const first = state.nextCall({ ...IDLE, ahead });
    if (first) state.answered(first, { accepted: 0, refusedSuspect: true });
    state.woken();
    const offer = state.nextCall({ ...IDLE, ahead });
    expect(offer).toMatchObject({ slots: 1, acceptSuspect: true, mayWait: false });
    if (offer) state.answered(offer, { accepted: 1, refusedSuspect: false });
    expect(state.nextCall({ ...IDLE, ahead })).toMatchObject({ slots: 9, mayWait: true });
  });

  it('claims nothing while actions wait to be given back, which a claim in flight delays', () => {
    const ahead = { size: 3, most: 16, mustGoBack: true };
    const state = started();
    const claim = state.nextCall(IDLE);
    expect(state.mayGiveBack).toBe(false);
    if (claim) state.answered(claim, { accepted: 8, refusedSuspect: false });
    expect(state.mayGiveBack).toBe(true);
    expect(slotsOf(state, { ...IDLE, ahead })).toEqual([]);
    state.woken();
    expect(slotsOf(state, { ...IDLE, ahead })).toEqual([0]);
    expect(state.mayGiveBack).toBe(true);
  });

  it('gives actions back after an outage, or in it if the worker stops', () => {
    const state = started();
    state.failed();
    state.woken();
    expect(state.mayGiveBack).toBe(false);
    state.stop();
    expect(state.mayGiveBack).toBe(true);
  });

  it('expects no more work after a claim that left slots free, until it is woken', () => {
    const ended = { ...IDLE, settlements: 1 };
    const state = started();
    const first = state.nextCall(IDLE);
    expect(first).toMatchObject({ expectsNone: false });
    if (first) state.answered(first, { accepted: 1, refusedSuspect: false });
    const second = state.nextCall(ended);
    expect(second).toMatchObject({ slots: 8, expectsNone: true });
    if (second) state.answered(second, { accepted: 0, refusedSuspect: false });
    state.woken();
    expect(state.nextCall(ended)).toMatchObject({ expectsNone: false });
  });

  it('expects more after a call that brought unexpected actions, until a claim brings none', () => {
    const ended = { ...IDLE, settlements: 1 };
    const state = started();
    const expectations = [8, 3, 2, 0, 0].map((accepted) => {
      const call = state.nextCall(ended);
      if (!call) return undefined;
      state.answered(call, { accepted: Math.min(accepted, call.slots - 1), refusedSuspect: false });
      return call.expectsNone;
    });
    expect(expectations).toEqual([false, true, false, false, true]);
  });

  it('only settles while it stops, and only if there is something to settle', () => {
    const state = started();
    state.stop();
    expect(state.nextCall(IDLE)).toBeUndefined();
    const call = state.nextCall({ ...IDLE, settlements: 1 });
    expect(call).toMatchObject({ slots: 0, settleOnly: true });
  });
});
