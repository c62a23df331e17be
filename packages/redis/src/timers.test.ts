import { expect, it, vi } from 'vitest';
import { replyWithin, startTimer, within } from './timers.ts';

it('resolves in time and rejects otherwise', async () => {
  expect(await replyWithin(1_000, Promise.resolve(7))).toBe(7);
  await expect(replyWithin(1, new Promise(() => {}))).rejects.toThrow('No reply within 1 ms');
});

it('accepts limits longer than the maximum of a timer', () => {
  const start = vi.spyOn(globalThis, 'setTimeout');
  for (const limitMs of [2 ** 31, Infinity]) void replyWithin(limitMs, Promise.resolve());
  expect(start.mock.calls.map(([, delayMs]) => delayMs)).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
  start.mockRestore();
});

it('a timer for longer than any timer does not fire at once', () => {
  vi.useFakeTimers();
  try {
    const listener = vi.fn<() => void>();
    startTimer(listener, 3e9);
    vi.advanceTimersByTime(1e9);
    expect(listener).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

it('work that takes longer than its limit is not waited for', async () => {
  expect(await within(1, new Promise(() => {}), 'late')).toBe('late');
  expect(await within(3e9, Promise.resolve('in time'), 'late')).toBe('in time');
});
