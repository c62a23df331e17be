import { startTimer } from './durations.ts';

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
