/** Rejects with the error of `work` if it is known within `ms` and before `signal` aborts; resolves otherwise. */
export async function rejectsWithin(
  ms: number,
  work: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  let end: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const timer = setTimeout(() => end?.(), ms);
  signal.addEventListener('abort', () => end?.(), { once: true });
  try {
    await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
  }
}
