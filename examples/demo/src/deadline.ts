/** Subject of a wait, for its error message, and maximum time without progress (ms). */
export interface Patience {
  readonly waitingFor: string;
  readonly ms: number;
}

/** Waits for `work`. Rejects when it has neither ended nor called `progress` for `ms`. */
export async function withDeadline<T>(
  { waitingFor, ms }: Patience,
  work: (progress: () => void) => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `No progress for ${ms / 1_000} s while waiting for ${waitingFor}`;
    timer = setTimeout(() => reject(new Error(message)), ms);
    // After an interruption the process must not wait for this timer.
    timer.unref();
  });
  try {
    return await Promise.race([work(() => void timer?.refresh()), late]);
  } finally {
    clearTimeout(timer);
  }
}
