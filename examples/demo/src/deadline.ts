/** What is waited for, and for how long without a word of it (ms). */
export interface Patience {
  readonly waitingFor: string;
  readonly ms: number;
}

/** Waits for `work`. Rejects when it has neither ended nor called `progress` for so long. */
export async function withDeadline<T>(
  { waitingFor, ms }: Patience,
  work: (progress: () => void) => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `Nothing was heard of ${waitingFor} for ${ms / 1_000} s`;
    timer = setTimeout(() => reject(new Error(message)), ms);
    // Whoever is interrupted while waiting need not wait for the end of it.
    timer.unref();
  });
  try {
    return await Promise.race([work(() => void timer?.refresh()), late]);
  } finally {
    clearTimeout(timer);
  }
}
