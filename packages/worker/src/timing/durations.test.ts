import { expect, it, vi } from 'vitest';
import { startTimer } from './durations.ts';
import { within } from './within.ts';

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
