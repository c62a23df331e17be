import { expect, it } from 'vitest';
import { ClaimCalls } from './claim-calls.ts';

/** Calls of which one for 17 slots was lost at time 0. */
async function withLost(): Promise<ClaimCalls> {
  const calls = new ClaimCalls('worker', 10_000);
  calls.unanswered(await calls.next(17, 0));
  return calls;
}

it('repeats a lost claim as soon as there are enough slots for what it may bring', async () => {
  const calls = await withLost();
  expect((await calls.next(16, 1)).id.number).toBe(2);
  expect((await calls.next(17, 1)).id.number).toBe(1);
  expect((await calls.next(17, 1)).id.number).toBe(3);
});

it('repeats a lost claim before its leases end, without a free slot if there is none', async () => {
  const calls = await withLost();
  expect((await calls.next(0, 9_999)).id.number).toBe(2);
  expect((await calls.next(0, 10_000)).id.number).toBe(1);
});

it('remembers what a claim may bring when its repetition is lost too', async () => {
  const calls = await withLost();
  calls.unanswered(await calls.next(0, 10_000));
  expect((await calls.next(16, 10_001)).id.number).toBe(2);
  expect((await calls.next(17, 10_001)).id.number).toBe(1);
});

it('forgets a lost claim for no slots, which cannot have claimed', async () => {
  const calls = new ClaimCalls('worker', 10_000);
  calls.unanswered(await calls.next(0, 0));
  expect((await calls.next(16, 20_000)).id.number).toBe(2);
});
