/** Maximum delay of a Node timer (ms); a longer one would fire immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves with the value of `work`. Rejects with an Error if that takes longer than `limitMs`. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const onLate = (): void => reject(new Error(`No reply within ${limitMs} ms`));
    timer = setTimeout(onLate, Math.min(limitMs, LONGEST_TIMER_MS));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
