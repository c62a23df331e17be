/** Longest delay of a Node timer (ms); a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `setTimeout` for any duration. A delay that exceeds the longest of a timer is shortened to it, about 24 days. */
export function startTimer(listener: () => void, delayMs: number): NodeJS.Timeout {
  return setTimeout(listener, Math.min(delayMs, LONGEST_TIMER_MS));
}

/** Resolves as `work` does, or to `late` after `limitMs`. Rejects as `work` does. */
export async function within<T, Late>(
  limitMs: number,
  work: Promise<T>,
  late: Late,
): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Late>((resolve) => {
    timer = startTimer(() => resolve(late), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves with the value of `work`. Rejects with an Error if that takes longer than `limitMs`. */
export async function replyWithin<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const late = Symbol('late');
  const value = await within(limitMs, work, late);
  if (value === late) throw new Error(`No reply within ${limitMs} ms`);
  return value;
}
