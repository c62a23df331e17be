/** Longest delay of a Node timer (ms); a longer one would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `setTimeout` for any duration. A delay that exceeds the longest of a timer is shortened to it, about 24 days. */
export function startTimer(listener: () => void, delayMs: number): NodeJS.Timeout {
  return setTimeout(listener, Math.min(delayMs, LONGEST_TIMER_MS));
}
