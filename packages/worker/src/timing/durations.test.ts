import { expect, it, vi } from 'vitest';
import { assertDuration, MAX_DURATION_MS, startTimer } from './durations.ts';
import { within } from './within.ts';

it.each([0, 0.5, 3e9, MAX_DURATION_MS])('%d ms are a duration', (ms) => {
  expect(() => assertDuration('graceMs', ms)).not.toThrow();
});

it.each([-1, NaN, Infinity, 1e300, MAX_DURATION_MS + 1])('%d ms are none', (ms) => {
  expect(() => assertDuration('graceMs', ms)).toThrow(
    `Cannot use ${ms} as graceMs: expected a number of ms from 0 to 31622400000`,
  );
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
