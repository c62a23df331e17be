import { quoted } from '@nooble/errors';

/** The longest delay of a Node timer (ms); a longer one would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The longest duration that may be asked for (ms): a leap year. More is a mistake, or no time at all any more. */
export const MAX_DURATION_MS = 366 * 24 * 60 * 60 * 1_000;

/** Throws RangeError unless `ms` is a number from 0 to `MAX_DURATION_MS`. */
export function assertDuration(name: string, ms: unknown): void {
  if (typeof ms === 'number' && ms >= 0 && ms <= MAX_DURATION_MS) return;
  throw new RangeError(
    `Cannot use ${quoted(ms)} as ${name}: expected a number of ms from 0 to ${MAX_DURATION_MS}`,
  );
}

/** `setTimeout` for any duration: one that no timer can wait for ends after the longest, some 24 days. */
export function startTimer(listener: () => void, delayMs: number): NodeJS.Timeout {
  return setTimeout(listener, Math.min(delayMs, LONGEST_TIMER_MS));
}
