import { describe, expect, it } from 'vitest';
import { planSlot, type DueSlot } from './slot-plan.ts';
import { slotTimesOf } from './slot-times.ts';

const HOUR_MS = 3_600_000;
const times = slotTimesOf({ everyMs: HOUR_MS });
/** A whole hour. */
const NINE = 500_000 * HOUR_MS;

/** The plan for the slot at nine, which a worker gets for the first time unless stated otherwise. */
function planAt(nowMs: number, facts: Partial<DueSlot>) {
  const slot = { slotMs: NINE, firstMs: nowMs, openMs: 0, nowMs, times };
  return planSlot({ missed: 'skip', ...slot, ...facts });
}

describe('a slot that is due', () => {
  it.each(['skip', 'once', 'all'] as const)('is sent, and the next one follows (%s)', (missed) => {
    const expected = { sendMs: NINE, nextMs: NINE + HOUR_MS };
    expect(planAt(NINE, { missed })).toEqual(expected);
    expect(planAt(NINE + 60_000, { missed })).toEqual(expected);
  });

  it('is tried until the next one if it was refused', () => {
    const late = planAt(NINE + HOUR_MS - 1, { firstMs: NINE });
    expect(late).toEqual({ sendMs: NINE, nextMs: NINE + HOUR_MS });
  });
});

describe('slots that were missed', () => {
  const nowMs = NINE + 5 * HOUR_MS + 600_000;

  it('are skipped', () => {
    expect(planAt(nowMs, { missed: 'skip' })).toEqual({
      skipped: 'late',
      nextMs: NINE + 6 * HOUR_MS,
    });
    expect(planAt(NINE + 60_001, { missed: 'skip' })).toMatchObject({ skipped: 'late' });
  });

  it('do not take along a slot that is in time', () => {
    expect(planAt(NINE + 5 * HOUR_MS + 1, { missed: 'skip' })).toEqual({
      sendMs: NINE + 5 * HOUR_MS,
      nextMs: NINE + 6 * HOUR_MS,
    });
  });

  it('are sent as one', () => {
    expect(planAt(nowMs, { missed: 'once' })).toEqual({
      sendMs: NINE + 5 * HOUR_MS,
      nextMs: NINE + 6 * HOUR_MS,
    });
  });

  it('are all sent, one after the other, but for those before the last thousand', () => {
    expect(planAt(nowMs, { missed: 'all' })).toEqual({ sendMs: NINE, nextMs: NINE + HOUR_MS });
    expect(planAt(NINE + 1_500 * HOUR_MS + 1, { missed: 'all' })).toEqual({
      skipped: 'late',
      nextMs: NINE + 501 * HOUR_MS,
    });
  });
});

describe('a slot that a dead worker may have sent', () => {
  const openMs = NINE + 5_000;
  const daily = slotTimesOf({ everyMs: 24 * HOUR_MS });
  const weekly = slotTimesOf({ everyMs: 7 * 24 * HOUR_MS });
  const slotMs = weekly.upTo(NINE) ?? 0;

  it('is sent again while that is a repetition', () => {
    const facts = { firstMs: NINE, openMs };
    expect(planAt(NINE + 20_000, facts)).toMatchObject({ sendMs: NINE });
  });

  it.each(['skip', 'once', 'all'] as const)('is not sent twice a day later (%s)', (missed) => {
    const facts = { slotMs, firstMs: slotMs, openMs: slotMs + 5_000, missed, times: weekly };
    const plan = planAt(slotMs + 23 * HOUR_MS + 1, facts);
    expect(plan).toEqual({ skipped: 'unknown', nextMs: slotMs + 7 * 24 * HOUR_MS });
  });

  it('does not hold back a later one, which that worker cannot have sent', () => {
    const day = daily.upTo(NINE) ?? 0;
    const facts = { slotMs: day, firstMs: day, openMs: day + 5_000, times: daily };
    const plan = planAt(day + 24 * HOUR_MS + 10, { ...facts, missed: 'once' });
    expect(plan).toEqual({ sendMs: day + 24 * HOUR_MS, nextMs: day + 48 * HOUR_MS });
  });
});
