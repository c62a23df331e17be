import { rule } from '@nooble/errors';

/** Longest delay of a Node timer (ms); a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Returns true for a duration that an option accepts (ms). */
export function isDuration(ms: unknown): ms is number {
  return rule.duration.isValid(ms);
}

/** `setTimeout` for any duration. A delay that exceeds the longest of a timer is shortened to it, about 24 days. */
export function startTimer(listener: () => void, delayMs: number): NodeJS.Timeout {
  return setTimeout(listener, Math.min(delayMs, LONGEST_TIMER_MS));
}
