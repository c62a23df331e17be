import { rule } from '@nooble/errors';

/** The longest delay of a Node timer (ms); a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Returns true for a duration that an option accepts (ms). */
export function isDuration(ms: unknown): ms is number {
  return rule.duration.isValid(ms);
}

/** `setTimeout` for any duration: one that no timer can wait for ends after the longest, some 24 days. */
export function startTimer(listener: () => void, delayMs: number): NodeJS.Timeout {
  return setTimeout(listener, Math.min(delayMs, LONGEST_TIMER_MS));
}
