import { describe, expect, it } from 'vitest';
import { ClaimState } from './claim-state.ts';

const IDLE = { slotsHeld: 0, hasSuspect: false, settlements: 0 };

function started(concurrency = 8): ClaimState {
  const state = new ClaimState(concurrency);
  state.start();
  return state;
}

/** The slots of all calls that the state makes now. */
function slotsOf(state: ClaimState, load = IDLE): number[] {
  const slots: number[] = [];
  for (let call = state.nextCall(load); call; call = state.nextCall(load)) slots.push(call.slots);
  return slots;
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
    if (call) state.answered(call, 3);
    expect(slotsOf(state, { ...IDLE, slotsHeld: 3 })).toEqual([]);
    state.woken();
    expect(slotsOf(state, { ...IDLE, slotsHeld: 3 })).toEqual([5]);
  });

  it('halves the slots between two calls while the queue fills them', () => {
    const state = started();
    const call = state.nextCall(IDLE);
    if (call) state.answered(call, 8);
    expect(slotsOf(state)).toEqual([4, 4]);
  });

  it('asks for all slots again after a failure: the next claim may repeat the last one', () => {
    const state = started();
    const call = state.nextCall(IDLE);
    if (call) state.answered(call, 8);
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
    if (call) state.answered(call, 0);
    expect(state.failed()).toBe(1);
  });

  it('accepts one suspect at a time, over all calls', () => {
    const suspects = (load: typeof IDLE): boolean[] => {
      const state = started();
      const first = state.nextCall(load);
      if (first) state.answered(first, 8);
      return [state.nextCall(load), state.nextCall(load)].map(
        (call) => call?.acceptSuspect === true,
      );
    };
    expect(suspects(IDLE)).toEqual([true, false]);
    expect(suspects({ ...IDLE, hasSuspect: true })).toEqual([false, false]);
  });

  it('only settles while it stops, and only if there is something to settle', () => {
    const state = started();
    state.stop();
    expect(state.nextCall(IDLE)).toBeUndefined();
    const call = state.nextCall({ ...IDLE, settlements: 1 });
    expect(call).toMatchObject({ slots: 0, settleOnly: true });
  });
});
