/** The longest duration that may be asked for (ms): a leap year. */
export const MAX_DURATION_MS = 366 * 86_400_000;

/** The longest delay of a Node timer (ms); a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whether a value is a number of ms that may be asked for. */
export function isDuration(ms: unknown): ms is number {
  return typeof ms === 'number' && ms >= 0 && ms <= MAX_DURATION_MS;
}

/** `setTimeout` for any duration: one that no timer can wait for ends after the longest, some 24 days. */
export function startTimer(listener: () => void, delayMs: number): NodeJS.Timeout {
  return setTimeout(listener, Math.min(delayMs, LONGEST_TIMER_MS));
}
