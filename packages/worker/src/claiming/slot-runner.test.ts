import type { SlotListener } from '@nooble/queue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SlotRunner } from './slot-runner.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A runner on a domain whose next slot is at `next.storedMs`, in `next.inMs`; without it there are no schedules. */
function runnerOn(next: { inMs: number; storedMs: number } | undefined) {
  const domain = { next, fails: false };
  const calls: SlotListener[] = [];
  const published: unknown[] = [];
  const runner = new SlotRunner({
    domain: 'clock',
    queues: {
      sendDueSlots: async (_domain, listener) => {
        calls.push(listener);
        if (domain.fails) throw new Error('away');
        return domain.next;
      },
    },
    publish: (name, event) => published.push([name, event]),
  });
  return { domain, calls, published, runner };
}

const settled = async () => vi.advanceTimersByTimeAsync(0);

it('makes no call without schedules', async () => {
  const { runner, calls } = runnerOn(undefined);
  runner.note(undefined);
  await vi.advanceTimersByTimeAsync(86_400_000);
  expect(calls).toHaveLength(0);
});

it('calls when it learns of a schedule, and when the next slot is due', async () => {
  const { runner, calls } = runnerOn({ inMs: 60_000, storedMs: 2 });
  runner.note(1);
  await settled();
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls).toHaveLength(2);
});

it('does not call for a time that is older than what it knows, nor for that one', async () => {
  const { runner, calls } = runnerOn({ inMs: 60_000, storedMs: 2 });
  for (const noted of [1, 1, 2, 2]) {
    runner.note(noted);
    await settled();
  }
  expect(calls).toHaveLength(1);
  runner.note(3);
  await settled();
  expect(calls).toHaveLength(2);
});

it('calls again some time after a failure', async () => {
  const { runner, calls, domain, published } = runnerOn({ inMs: 60_000, storedMs: 2 });
  domain.fails = true;
  runner.note(1);
  await settled();
  expect(published).toMatchObject([['error', { error: { message: 'away' } }]]);
  domain.fails = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(calls).toHaveLength(2);
});

it('looks again within an hour, however far the next slot is', async () => {
  const { runner, calls } = runnerOn({ inMs: 400 * 86_400_000, storedMs: 2 });
  runner.note(1);
  await settled();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(calls).toHaveLength(2);
});

it('makes no call once it has stopped', async () => {
  const { runner, calls } = runnerOn({ inMs: 1_000, storedMs: 2 });
  runner.note(1);
  await settled();
  await runner.stop();
  runner.note(3);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(calls).toHaveLength(1);
});

it('publishes what became of slots that were not sent', async () => {
  const { runner, calls, published } = runnerOn(undefined);
  runner.note(1);
  await settled();
  const at = '2026-11-27T09:00:00.000Z';
  const slot = { domain: 'clock', tenantId: 'acme', schedule: 'tick', slot: at };
  calls[0]?.onMissed(slot, { reason: 'late', next: undefined });
  calls[0]?.onRefused(slot, new Error('full'));
  expect(published).toMatchObject([
    ['missed', { slot, reason: 'late' }],
    ['error', { attempted: `send slot ${at} of schedule "tick" of domain "clock"` }],
  ]);
});
