/** The longest delay of a Node timer (ms); a longer one would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `setTimeout` for any duration: one that no timer can wait for ends after the longest, some 24 days. */
export function startTimer(listener: () => void, delayMs: number): NodeJS.Timeout {
  return setTimeout(listener, Math.min(delayMs, LONGEST_TIMER_MS));
}
